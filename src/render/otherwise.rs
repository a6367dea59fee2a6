//! Where Terraform reads a file in another way than the parser here: what it would run must be what is looked at.

use super::filters::is_odd;
use super::language::Trouble;
use super::lexer::line_column;
use super::walk;
use hcl_edit::Span as _;
use hcl_edit::structure::Body;
use hcl_edit::template::{ForTemplateExpr, HeredocTemplate};
use hcl_edit::visit::{Visit, visit_heredoc_template};

/// What of a file may be read in two ways.
pub(super) fn read(text: &str, body: &Body) -> Vec<Trouble> {
    let odd = text.char_indices().find(|(_, c)| !matches!(c, '\n' | '\t') && is_odd(*c));
    let mut ends = Ends { text, troubles: Vec::new() };
    ends.troubles.extend(odd.map(|(at, c)| {
        let message = format!("the character U+{:04X} is a blank or a line break to some readers, and nothing to others", u32::from(c));
        Trouble::new(line_column(text, at).0, message).help("Leave it out, or write it as an escape between quotes.")
    }));
    ends.visit_body(body);
    ends.troubles
}

struct Ends<'a> {
    text: &'a str,
    troubles: Vec<Trouble>,
}

impl Visit for Ends<'_> {
    /// Terraform ends the text at the first line that is nothing but its end marker, also the first one, and at no other.
    fn visit_heredoc_template(&mut self, node: &HeredocTemplate) {
        let marker = node.delimiter.as_str();
        let span = node.template.span().unwrap_or_default();
        let (first, _) = line_column(self.text, span.start);
        let lines = self.text[span.clone()].lines();
        let (last, _) = line_column(self.text, span.end);
        let end = self.text[span.end..].lines().next().unwrap_or_default();
        let inside = (first..).zip(lines).find(|(_, line)| line.trim() == marker).map(|(line, _)| line);
        let help = format!("Let the end marker stand alone on its line, and take one that no line of the text is: `<<{marker}_END`.");
        if let Some(line) = inside {
            let message = format!("the text that begins with `<<{marker}` would end here: this line is its end marker");
            self.troubles.push(Trouble::new(line, message).help(help));
        } else if end.trim() != marker {
            let message = format!("the text that begins with `<<{marker}` would not end here: something stands behind its end marker");
            self.troubles.push(Trouble::new(last, message).help(help));
        }
        visit_heredoc_template(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::visit_for_template_expr(self, node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let body: Body = text.parse().expect("it is HCL to the parser here");
        read(text, &body).iter().map(|trouble| format!("{}: {}\n", trouble.line, trouble.message)).collect()
    }

    #[test]
    fn a_text_ends_where_terraform_ends_it() {
        let plain = "locals {\n  a = <<EOT\nx EOT\nEOTs\n\nEOT\n  b = [<<-EOT\n    y\n    EOT\n  ]\n  c = <<EOT\nEOT\n}\n";
        assert_eq!(said(plain), "");
        let first = "locals {\n  a = <<EOT\n  EOT\nprovisioner x {}\nb = <<EOT\nEOT\n}\n";
        let behind = "locals {\n  a = upper(<<EOT\nx\nEOT)\n}\n";
        let nested = "locals {\n  a = <<EOT\n${upper(<<END\n\tEOT\nEND\n)}\nEOT\n}\n";
        let control = "locals {\n  a = 1 # \u{2028}b = 2\n}\n";
        insta::assert_snapshot!([first, behind, nested, control].map(said).concat(), @r"
        3: the text that begins with `<<EOT` would end here: this line is its end marker
        4: the text that begins with `<<EOT` would not end here: something stands behind its end marker
        4: the text that begins with `<<EOT` would end here: this line is its end marker
        2: the character U+2028 is a blank or a line break to some readers, and nothing to others
        ");
    }
}
