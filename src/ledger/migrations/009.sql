-- When the tries began that count for how long a call may wait; a retry by a person begins anew.
ALTER TABLE call ADD COLUMN waits_since INTEGER;
