"""The room process: ports, alarms and their sound, the record, the sync. It knows no Qt."""
