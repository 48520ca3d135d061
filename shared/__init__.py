"""What every Rekindle service shares: events, outbox, inbox, the attempt fold, web, auth and logging. Imports no service."""
