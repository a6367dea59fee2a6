//! YAML with positions: reading, finding the place of a JSON pointer, canonical writing.
