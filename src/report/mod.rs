//! Values → Report → Markdown, terminal, JSON; every sentence that a user reads is written here.
