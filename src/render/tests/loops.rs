//! What is printed into the parts of texts that Terraform works out is no text.

use super::*;

#[test]
fn what_is_printed_where_a_loop_or_the_end_of_a_text_is_said_is_refused() {
    let said = |value: &str| one("terraform@1", "main.tf.tera", &format!("locals {{\n  a = {value}\n}}\n"), json!({}));
    for value in [
        "\"%{ for x in [{{ metadata.name }}] }y%{ endfor }\"",
        "\"%{ for x in {{ metadata.name }} }y%{ endfor }\"",
        "\"%{ if {{ metadata.name }} }y%{ endif }\"",
        "<<{{ metadata.name }}\nx\n{{ metadata.name }}",
    ] {
        let said = said(value);
        assert!(said.contains("unsafe-print"), "{value}: {said}");
    }
    let fine = said("\"%{ for x in [\\\"{{ metadata.name }}\\\"] }y%{ endfor }\"".replace("\\\"", "\"").as_str());
    assert!(!fine.contains("unsafe-print"), "{fine}");
}
