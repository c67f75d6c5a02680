"""The 17-step protocol of ECG-R1 as a pack of data; nothing to import."""
