"""What a person reads in the terminal: status, doctor, report, explain."""
