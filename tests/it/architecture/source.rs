//! Reading Rust sources: which paths a module names, and where.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use syn::visit::{self, Visit};

/// One file.
pub(super) struct Source {
    /// From the package's folder, with `/`.
    pub(super) path: String,
    /// The first segment of its module path; empty for the roots.
    pub(super) module: String,
    pub(super) text: String,
    pub(super) facts: Facts,
}

/// What a file holds, in the order of its text.
#[derive(Default)]
pub(super) struct Facts {
    /// Paths in full (`crate::git::Git`, `std::env::var`), outside tests.
    pub(super) paths: Vec<(usize, String)>,
    /// Names of functions with the number of their lines.
    pub(super) functions: Vec<(usize, String, usize)>,
    /// Lines with `.unwrap()`, outside tests.
    pub(super) unwraps: Vec<usize>,
    /// Lines with `async`, outside tests.
    pub(super) asyncs: Vec<usize>,
    /// Modules in files of their own, and whether they are tests.
    children: Vec<(Vec<String>, bool)>,
}

impl Source {
    /// Reads the text of a file that is the module `module` (`["git", "tree"]`).
    pub(super) fn parse(path: &str, module: &[&str], test: bool, text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let module: Vec<String> = module.iter().map(|&segment| segment.to_owned()).collect();
        let mut reader = Reader { module: module.clone(), depth: module.len(), imports: imports(&file), test, facts: Facts::default() };
        reader.visit_file(&file);
        let module = module.first().cloned().unwrap_or_default();
        Ok(Self { path: path.to_owned(), module, text: text.to_owned(), facts: reader.facts })
    }
}

/// All modules of the library and the binary, by their `mod` lines, so that what only tests compile is known as such.
pub(super) fn read_library(src: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for root in ["lib.rs", "main.rs"] {
        read_module(src, root, &[], false, &mut sources)?;
    }
    Ok(sources)
}

fn read_module(src: &Path, file: &str, module: &[String], test: bool, into: &mut Vec<Source>) -> io::Result<()> {
    let text = std::fs::read_to_string(src.join(file))?;
    let names: Vec<&str> = module.iter().map(String::as_str).collect();
    let source =
        Source::parse(&format!("src/{file}"), &names, test, &text).map_err(|error| io::Error::other(format!("{file}: {error}")))?;
    let children = source.facts.children.clone();
    into.push(source);
    for (child, in_tests) in children {
        let base = child.join("/");
        let file = [format!("{base}.rs"), format!("{base}/mod.rs")].into_iter().find(|file| src.join(file).is_file());
        let file = file.ok_or_else(|| io::Error::other(format!("{base} has no file")))?;
        read_module(src, &file, &child, test || in_tests, into)?;
    }
    Ok(())
}

/// All Rust files below a folder, for rules that look at files alone.
pub(super) fn read_folder(folder: &Path) -> io::Result<Vec<Source>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources.extend(read_folder(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(package).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path)?;
            sources.push(Source::parse(&name, &[], true, &text).map_err(|error| io::Error::other(format!("{name}: {error}")))?);
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}

/// What the `use` lines of a file bring in: name → path as written.
fn imports(file: &syn::File) -> BTreeMap<String, Vec<String>> {
    struct Uses(BTreeMap<String, Vec<String>>);
    impl Visit<'_> for Uses {
        fn visit_item_use(&mut self, item: &syn::ItemUse) {
            for (name, path) in flatten(&item.tree, &[]) {
                if path.len() > 1 && name != "_" {
                    self.0.insert(name, path);
                }
            }
        }
    }
    let mut uses = Uses(BTreeMap::new());
    uses.visit_file(file);
    uses.0
}

/// The paths of a `use` tree with the name that each gets.
fn flatten(tree: &syn::UseTree, before: &[String]) -> Vec<(String, Vec<String>)> {
    let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree, &with(&path.ident)),
        syn::UseTree::Name(name) if name.ident == "self" => vec![(before.last().cloned().unwrap_or_default(), before.to_vec())],
        syn::UseTree::Name(name) => vec![(name.ident.to_string(), with(&name.ident))],
        syn::UseTree::Rename(rename) if rename.ident == "self" => vec![(rename.rename.to_string(), before.to_vec())],
        syn::UseTree::Rename(rename) => vec![(rename.rename.to_string(), with(&rename.ident))],
        syn::UseTree::Glob(_) => vec![("_".to_owned(), before.to_vec())],
        syn::UseTree::Group(group) => group.items.iter().flat_map(|tree| flatten(tree, before)).collect(),
    }
}

struct Reader {
    module: Vec<String>,
    /// The depth of the file's own module; deeper ones are written inside it.
    depth: usize,
    imports: BTreeMap<String, Vec<String>>,
    test: bool,
    facts: Facts,
}

impl Reader {
    /// Notes a path, written out from the root of its crate.
    fn path(&mut self, line: usize, segments: &[String]) {
        if self.test || segments.is_empty() {
            return;
        }
        let full = self.resolve(segments);
        if full.len() > 1 {
            self.facts.paths.push((line, full.join("::")));
        }
    }

    fn resolve(&self, segments: &[String]) -> Vec<String> {
        let mut own = self.module.clone();
        let mut rest = segments;
        match segments[0].as_str() {
            "crate" | "goldpath" => return [&["crate".to_owned()], &segments[1..]].concat(),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    own.pop();
                    rest = &rest[1..];
                }
            }
            first => match self.imports.get(first) {
                Some(import) if import[0] != *first => return [self.resolve(import), segments[1..].to_vec()].concat(),
                Some(import) => return [import.as_slice(), &segments[1..]].concat(),
                None => return segments.to_vec(),
            },
        }
        [&["crate".to_owned()], own.as_slice(), rest].concat()
    }

    /// Looks through what a macro was given, which has no syntax tree.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        use proc_macro2::TokenTree;
        let mut words: Vec<(usize, String)> = Vec::new();
        let mut after_dot = false;
        let mut colons = 0;
        for token in tokens {
            let line = token.span().start().line;
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.flush(&mut words);
                    }
                    if ident == "unwrap" && after_dot && !self.test {
                        self.facts.unwraps.push(line);
                    }
                    if ident == "async" && !self.test {
                        self.facts.asyncs.push(line);
                    }
                    words.push((line, ident.to_string()));
                    (after_dot, colons) = (false, 0);
                }
                TokenTree::Punct(punct) => {
                    colons = if punct.as_char() == ':' { colons + 1 } else { 0 };
                    after_dot = punct.as_char() == '.';
                    if colons == 0 {
                        self.flush(&mut words);
                    }
                }
                TokenTree::Group(group) => {
                    self.flush(&mut words);
                    self.tokens(group.stream());
                    (after_dot, colons) = (false, 0);
                }
                TokenTree::Literal(_) => (after_dot, colons) = (false, 0),
            }
        }
        self.flush(&mut words);
    }

    fn flush(&mut self, words: &mut Vec<(usize, String)>) {
        let line = words.first().map_or(0, |(line, _)| *line);
        let segments: Vec<String> = words.drain(..).map(|(_, word)| word).collect();
        if segments.len() > 1 {
            self.path(line, &segments);
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        use syn::spanned::Spanned as _;
        let first = signature.span().start().line;
        let last = block.span().end().line;
        self.facts.functions.push((first, signature.ident.to_string(), last + 1 - first));
        if signature.asyncness.is_some() && !self.test {
            self.facts.asyncs.push(first);
        }
    }
}

fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let before = self.test;
        self.test |= for_tests(attributes(item));
        visit::visit_item(self, item);
        self.test = before;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        if item.content.is_none() {
            self.facts.children.push((self.module.clone(), self.test));
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
        debug_assert!(self.module.len() >= self.depth, "a module ends where it began");
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        use syn::spanned::Spanned as _;
        for (_, path) in flatten(&item.tree, &[]) {
            self.path(item.span().start().line, &path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        use syn::spanned::Spanned as _;
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.path(path.span().start().line, &segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.tokens(item.tokens.clone());
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let before = self.test;
        self.test |= for_tests(&item.attrs);
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
        self.test = before;
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_async(&mut self, item: &'ast syn::ExprAsync) {
        if !self.test {
            self.facts.asyncs.push(item.async_token.span.start().line);
        }
        visit::visit_expr_async(self, item);
    }

    fn visit_expr_method_call(&mut self, item: &'ast syn::ExprMethodCall) {
        if item.method == "unwrap" && !self.test {
            self.facts.unwraps.push(item.method.span().start().line);
        }
        visit::visit_expr_method_call(self, item);
    }
}
