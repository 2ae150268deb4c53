"""The flow as plain functions, called alike by the DAGs and the command line."""
