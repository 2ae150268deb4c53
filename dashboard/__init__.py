"""The analyst's page: reads the published marts, and nothing else."""
