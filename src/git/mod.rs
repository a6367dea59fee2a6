//! Git: reads commits as snapshots, previews merges, writes the rendered branch and notes.
