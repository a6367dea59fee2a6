//! Terraform or OpenTofu: init, plan to a file, show, apply that file.
