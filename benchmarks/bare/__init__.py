"""What the client's page is measured beside: two bare Django views with the same rows."""
