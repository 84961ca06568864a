//! Which of a crate's modules a source file uses, and the order in which they may use each other.
//!
//! An order is a block of `docs/ARCHITECTURE.md` whose first line is ` ```order ` and the folder of
//! the crate's sources. Each line names modules; a module may use those of later lines.

use std::fs;
use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tree::{SourceFile, root};

/// The order of the modules of a crate.
pub struct Order {
    /// The folder of the crate's sources, relative to the root of the workspace.
    pub folder: String,
    /// The lines of modules. Those in the first line may use all others.
    pub floors: Vec<Vec<String>>,
}

/// Every order in `docs/ARCHITECTURE.md`.
///
/// # Panics
/// If the file cannot be read.
pub fn orders() -> Vec<Order> {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("it is there");
    let blocks = text.split("```order ").skip(1);
    let order = |block: &str| {
        let (folder, rest) = block.split_once('\n').expect("the folder has a line");
        let (list, _) = rest.split_once("```").expect("the block ends");
        let floor = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        Order { folder: folder.trim().to_owned(), floors: list.lines().map(floor).collect() }
    };
    blocks.map(order).collect()
}

impl Order {
    /// The line of a module, counted from the top.
    pub fn floor(&self, module: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.iter().any(|name| name == module))
    }

    /// The path of a file of the crate as a list of module names, ending with its own; empty for
    /// the root of the crate.
    pub fn module_path(&self, file: &SourceFile) -> Option<Vec<String>> {
        let path = file.path.strip_prefix(self.folder.as_str())?.strip_suffix(".rs")?;
        let mut names: Vec<String> = path.split('/').map(str::to_owned).collect();
        let is_root = names.len() == 1 && ["lib", "main"].contains(&path);
        if is_root || names.last().is_some_and(|name| name == "mod") {
            names.pop();
        }
        Some(names)
    }

    /// The modules of the crate that a file uses, with line numbers. Code that is compiled only for
    /// tests is ignored.
    ///
    /// # Panics
    /// If the file is not Rust.
    pub fn used_modules(&self, file: &SourceFile) -> Vec<(usize, String)> {
        let Some(path) = self.module_path(file) else { return Vec::new() };
        if path.iter().any(|name| name == "tests") {
            return Vec::new();
        }
        let tokens: TokenStream =
            file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let mut used = Vec::new();
        collect(tokens, path.len(), &mut used);
        used
    }
}

/// Collects the modules that `tokens` name, in a file at depth `depth` of the module tree.
fn collect(tokens: TokenStream, depth: usize, used: &mut Vec<(usize, String)>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => collect(group.stream(), depth, used),
            TokenTree::Punct(punct) if punct.as_char() == '#' && next_is_test(&mut tokens) => {
                skip_item(&mut tokens);
            }
            TokenTree::Ident(ident) if ident == "crate" => name_module(&mut tokens, used),
            TokenTree::Ident(ident) if ident == "super" => {
                let mut levels = 1;
                while levels < depth && next_is_super(&mut tokens) {
                    levels += 1;
                }
                if levels == depth {
                    name_module(&mut tokens, used);
                }
            }
            _ => {}
        }
    }
}

/// Consumes the rest of `#[cfg(test)]`, whose `#` has already been consumed.
fn next_is_test(tokens: &mut Peekable<IntoIter>) -> bool {
    let is_test = |token: &TokenTree| token.to_string().replace(' ', "") == "[cfg(test)]";
    tokens.next_if(is_test).is_some()
}

fn skip_item(tokens: &mut Peekable<IntoIter>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            _ => {}
        }
    }
}

/// Consumes `::`, if it comes next.
fn take_colons(tokens: &mut Peekable<IntoIter>) -> bool {
    let is_colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    tokens.next_if(is_colon).is_some() && tokens.next_if(is_colon).is_some()
}

/// Consumes `::super`, if it comes next.
fn next_is_super(tokens: &mut Peekable<IntoIter>) -> bool {
    let mut ahead = tokens.clone();
    let is_super =
        take_colons(&mut ahead) && ahead.next().is_some_and(|token| token.to_string() == "super");
    if is_super {
        *tokens = ahead;
    }
    is_super
}

/// Consumes what follows the root of the crate in a path: a module, or several in braces.
fn name_module(tokens: &mut Peekable<IntoIter>, used: &mut Vec<(usize, String)>) {
    if !take_colons(tokens) {
        return;
    }
    let mut name = |token: &TokenTree| {
        if let TokenTree::Ident(ident) = token {
            used.push((ident.span().start().line, ident.to_string()));
        }
    };
    match tokens.peek() {
        Some(TokenTree::Group(group)) => {
            let mut first = true;
            for token in group.stream() {
                if first {
                    name(&token);
                }
                first = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            }
        }
        Some(token) => name(token),
        None => {}
    }
}
