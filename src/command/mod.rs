//! What the steps ask of the world and what it answers; no text for people is written here.
