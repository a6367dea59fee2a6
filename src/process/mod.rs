//! The only place that starts a child: argv list, no shell, environment by allow-list, limits.
