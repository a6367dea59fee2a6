//! Snapshot → `Parsed { platform, findings }`: never fails; raw file shapes stay private here.
