//! The loop: one change at a time through its life, behind the one seam `Perform`.
