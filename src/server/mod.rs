//! HTTP: pages, API, health, metrics.
