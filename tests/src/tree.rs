//! The project's own files, and Rust sources as tokens, for tests that check the source.
//!
//! The files are all those below the root of the workspace, except build output and caches, and
//! files that are not UTF-8 text.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Folders without files of the project, at any depth.
const SKIPPED: &[&str] = &[".git", ".cache"];

/// Marks a folder whose content can be generated again, such as cargo's `target`. The name alone is
/// not enough, since folders with that name may also contain sources.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// The root of the workspace.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate lies in the workspace").to_owned()
}

/// A text file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path below the root, with `/` between the parts.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Every text file, in the order of their paths.
pub fn source_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&root(), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) {
    let entries = fs::read_dir(folder).expect("the tree can be read");
    for entry in entries {
        let entry = entry.expect("the tree can be read");
        let name = entry.file_name().into_string().expect("file names are UTF-8");
        let path = format!("{prefix}{name}");
        if SKIPPED.contains(&name.as_str()) || entry.path().join(CACHE_TAG).exists() {
            continue;
        }
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(SourceFile { path, text });
        }
    }
}

/// A word of a Rust source: an identifier or a literal. Words in comments, including doc comments,
/// do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its line, counted from 1.
    pub line: usize,
    /// Its text; string literals with their quotes.
    pub text: String,
}

impl SourceFile {
    /// Whether this is a Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The file's syntax tree.
    ///
    /// # Panics
    /// If it is not Rust.
    pub fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }

    /// Identifiers and literals in order, including those in macro calls and attributes.
    ///
    /// # Panics
    /// If the file is not Rust.
    pub fn words(&self) -> Vec<Word> {
        let tokens: TokenStream =
            self.text.parse().unwrap_or_else(|error| panic!("{}: {error}", self.path));
        let mut words = Vec::new();
        collect_words(tokens, &mut words);
        words
    }
}

fn collect_words(tokens: TokenStream, words: &mut Vec<Word>) {
    for token in tokens {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) if is_doc_comment(&group) => {}
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Ident(ident) => words.push(Word { line, text: ident.to_string() }),
            TokenTree::Literal(literal) => words.push(Word { line, text: literal.to_string() }),
            TokenTree::Punct(_) => {}
        }
    }
}

/// A doc comment is parsed as `#[doc = "…"]`.
fn is_doc_comment(group: &proc_macro2::Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc")
}
