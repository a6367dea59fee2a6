//! Where changes are proposed and talked about: facts, one sticky comment, checks, statuses.
