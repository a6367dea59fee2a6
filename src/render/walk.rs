//! Walks over HCL: what the walk of the parser leaves out, and which names are bound where a walk is.

use hcl_edit::expr::ForExpr;
use hcl_edit::structure::{Attribute, Block, BlockLabel};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::Visit;
use hcl_edit::{Decorated, Ident};

/// `%{ for name in list }`: the walk of the parser goes past the list, so that each of ours has to call this one instead.
pub(super) fn visit_for_template_expr<V: Visit + ?Sized>(v: &mut V, node: &ForTemplateExpr) {
    node.key_var.iter().for_each(|name| v.visit_ident(name));
    v.visit_ident(&node.value_var);
    v.visit_expr(&node.collection_expr);
    v.visit_template(&node.template);
}

/// The names that stand for something of their own where a walk is, whatever a block of that name declares.
#[derive(Debug, Default)]
pub(super) struct Bound(Vec<String>);

impl Bound {
    /// Whether a name is one of them.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.0.iter().any(|bound| bound == name)
    }
}

/// A walk that knows which names are bound.
pub(super) trait Binds: Visit {
    /// Where it keeps them.
    fn bound(&mut self) -> &mut Bound;

    /// Walks on with more names than before.
    fn within(&mut self, names: impl IntoIterator<Item = String>, walk: impl FnOnce(&mut Self)) {
        let before = self.bound().0.len();
        self.bound().0.extend(names);
        walk(self);
        self.bound().0.truncate(before);
    }
}

fn names<'n>(key: Option<&'n Decorated<Ident>>, value: &'n Decorated<Ident>) -> impl Iterator<Item = String> + 'n {
    key.into_iter().chain([value]).map(|name| name.as_str().to_owned())
}

/// `[for name in list : …]`: the names are bound in all but the list.
pub(super) fn for_expr(v: &mut impl Binds, node: &ForExpr) {
    v.visit_expr(&node.intro.collection_expr);
    v.within(names(node.intro.key_var.as_ref(), &node.intro.value_var), |v| {
        node.key_expr.iter().for_each(|key| v.visit_expr(key));
        v.visit_expr(&node.value_expr);
        node.cond.iter().for_each(|cond| v.visit_for_cond(cond));
    });
}

/// `%{ for name in list }…%{ endfor }`: the same for a text.
pub(super) fn for_template_expr(v: &mut impl Binds, node: &ForTemplateExpr) {
    v.visit_expr(&node.collection_expr);
    v.within(names(node.key_var.as_ref(), &node.value_var), |v| v.visit_template(&node.template));
}

/// Goes through the arguments and the blocks of a block; what `dynamic` binds is bound in all but the list that it goes through.
pub(super) fn block<V: Binds>(v: &mut V, block: &Block, argument: impl Fn(&mut V, &Attribute), inner: impl Fn(&mut V, &Block)) {
    let label = block.labels.first().filter(|_| block.ident.as_str() == "dynamic");
    let iterator = label.and_then(|_| block.body.get_attribute("iterator")).and_then(|iterator| iterator.value.as_variable());
    let name = iterator.map(|name| name.as_str()).or_else(|| label.map(BlockLabel::as_str));
    let is_list = |attribute: &&Attribute| label.is_some() && attribute.key.as_str() == "for_each";
    let is_name = |attribute: &&Attribute| label.is_some() && attribute.key.as_str() == "iterator";
    block.body.attributes().filter(is_list).for_each(|attribute| argument(v, attribute));
    v.within(name.map(str::to_owned), |v| {
        let rest = block.body.attributes().filter(|attribute| !is_list(attribute) && !is_name(attribute));
        rest.for_each(|attribute| argument(v, attribute));
        block.body.blocks().for_each(|block| inner(v, block));
    });
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        all.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }

    /// What a walk does not see is neither refused nor resolved: none may go past the list of a `%{ for }`.
    #[test]
    fn every_walk_sees_the_lists_of_loops_in_texts() {
        let mut walks = 0;
        for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices(concat!("\nimpl Vis", "it for ")) {
                let body = text[at..].split("\n}\n").next().unwrap();
                assert!(body.contains("fn visit_for_template_expr"), "{}:{}", path.display(), body.lines().nth(1).unwrap_or_default());
                walks += 1;
            }
        }
        assert!(walks > 6, "{walks}");
    }
}
