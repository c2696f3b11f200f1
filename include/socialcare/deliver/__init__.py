"""What people take away: a folder of files for each council, and the short table that a night prints."""
