//! Parses text into trees.
//!
//! A recursive descent parser over tokens. The depth is limited, since recursion takes stack here,
//! in the code generator and in the validator of the result.

use std::iter::Peekable;
use std::str::CharIndices;

/// The maximum nesting of expressions.
const MAX_DEPTH: u32 = 200;

/// A value to be computed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Name(String),
    Negative(Box<Expression>),
    Binary(BinaryOperator, Box<[Expression; 2]>),
    If(Box<[Expression; 3]>),
    Call(String, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    Define { name: String, parameters: Vec<String>, body: Expression },
    Assign { name: String, value: Expression },
    Evaluate(Expression),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    /// A name or a word of the language.
    Word(String),
    /// A sign of one or two characters.
    Sign(&'static str),
}

const WORDS: [&str; 4] = ["fn", "if", "then", "else"];

/// Longer ones first.
const SIGNS: [&str; 14] =
    ["<=", ">=", "==", "!=", "<", ">", "=", "+", "-", "*", "/", "(", ")", ","];

/// Parses a line.
pub(crate) fn parse(text: &str) -> Result<Line, String> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
    let line = parser.line()?;
    match parser.peek() {
        None => Ok(line),
        Some(token) => Err(format!("{} is not expected here", show(token))),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, first)) = chars.peek() {
        let rest = &text[start..];
        if first.is_whitespace() {
            chars.next();
        } else if first.is_ascii_digit() {
            let word = take(&mut chars, rest, |c| c.is_ascii_alphanumeric() || c == '.');
            let number = word.parse().map_err(|_| format!("`{word}` is not a number"))?;
            tokens.push(Token::Number(number));
        } else if first.is_alphabetic() || first == '_' {
            let word = take(&mut chars, rest, |c| c.is_alphanumeric() || c == '_');
            tokens.push(Token::Word(word.to_owned()));
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| format!("`{first}` means nothing"))?;
            take(&mut chars, sign, |_| true);
            tokens.push(Token::Sign(sign));
        }
    }
    Ok(tokens)
}

/// Takes the characters at the start of `rest` that belong together.
fn take<'t>(
    chars: &mut Peekable<CharIndices<'_>>,
    rest: &'t str,
    belongs: impl Fn(char) -> bool,
) -> &'t str {
    let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    for _ in rest[..end].chars() {
        chars.next();
    }
    &rest[..end]
}

fn show(token: &Token) -> String {
    match token {
        Token::Number(number) => format!("`{number}`"),
        Token::Word(word) => format!("`{word}`"),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.next += usize::from(found);
        found
    }

    /// The first of `signs` that matches the next token.
    fn take_one_of(&mut self, signs: &[(&str, BinaryOperator)]) -> Option<BinaryOperator> {
        signs.iter().find(|(sign, _)| self.take_sign(sign)).map(|(_, operator)| *operator)
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), String> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    fn expected(&self, what: &str) -> String {
        match self.peek() {
            Some(token) => format!("{what} is expected, not {}", show(token)),
            None => format!("{what} is expected at the end"),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(Token::Word(word)) if !WORDS.contains(&word.as_str()) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.expected("a name")),
        }
    }

    fn line(&mut self) -> Result<Line, String> {
        if self.take_word("fn") {
            let name = self.name()?;
            self.expect_sign("(")?;
            let parameters = self.list(Self::name)?;
            self.expect_sign("=")?;
            return Ok(Line::Define { name, parameters, body: self.expression()? });
        }
        if let [Token::Word(_), Token::Sign("="), ..] = &self.tokens[..] {
            let name = self.name()?;
            self.expect_sign("=")?;
            return Ok(Line::Assign { name, value: self.expression()? });
        }
        Ok(Line::Evaluate(self.expression()?))
    }

    /// Items separated by commas, up to a closing parenthesis.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        if self.take_sign(")") {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take_sign(")") {
                return Ok(items);
            }
            self.expect_sign(",")?;
        }
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} levels of nesting"));
        }
        let expression = self.undelimited();
        self.depth -= 1;
        expression
    }

    fn undelimited(&mut self) -> Result<Expression, String> {
        if self.take_word("if") {
            let mut parts = vec![self.expression()?];
            for word in ["then", "else"] {
                if !self.take_word(word) {
                    return Err(self.expected(&format!("`{word}`")));
                }
                parts.push(self.expression()?);
            }
            let parts = parts.try_into().map_err(|_| "`if` has three parts".to_owned())?;
            return Ok(Expression::If(Box::new(parts)));
        }
        let left = self.sum()?;
        let comparisons = [
            ("<", BinaryOperator::Less),
            ("<=", BinaryOperator::LessOrEqual),
            (">", BinaryOperator::Greater),
            (">=", BinaryOperator::GreaterOrEqual),
            ("==", BinaryOperator::Equal),
            ("!=", BinaryOperator::NotEqual),
        ];
        match self.take_one_of(&comparisons) {
            Some(operator) => Ok(Expression::Binary(operator, Box::new([left, self.sum()?]))),
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut sum = self.product()?;
        while let Some(operator) =
            self.take_one_of(&[("+", BinaryOperator::Add), ("-", BinaryOperator::Subtract)])
        {
            sum = Expression::Binary(operator, Box::new([sum, self.product()?]));
        }
        Ok(sum)
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut product = self.factor()?;
        while let Some(operator) =
            self.take_one_of(&[("*", BinaryOperator::Multiply), ("/", BinaryOperator::Divide)])
        {
            product = Expression::Binary(operator, Box::new([product, self.factor()?]));
        }
        Ok(product)
    }

    fn factor(&mut self) -> Result<Expression, String> {
        if self.take_sign("-") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(format!("more than {MAX_DEPTH} levels of nesting"));
            }
            let factor = self.factor()?;
            self.depth -= 1;
            return Ok(Expression::Negative(Box::new(factor)));
        }
        if self.take_sign("(") {
            let inner = self.expression()?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        if let Some(&Token::Number(number)) = self.peek() {
            self.next += 1;
            return Ok(Expression::Number(number));
        }
        let name = self.name().map_err(|_| self.expected("a value"))?;
        if self.take_sign("(") {
            return Ok(Expression::Call(name, self.list(Self::expression)?));
        }
        Ok(Expression::Name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_come_before_sums_and_both_go_from_left_to_right() {
        let number = |value| Expression::Number(value);
        let binary = |operator, left, right| Expression::Binary(operator, Box::new([left, right]));
        let product = binary(BinaryOperator::Multiply, number(2.0), number(3.0));
        let sum = binary(BinaryOperator::Subtract, number(1.0), product);
        let expected = binary(BinaryOperator::Add, sum, number(4.5));
        assert_eq!(parse("1-2*3 + 4.5"), Ok(Line::Evaluate(expected)));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("1 +", "a value is expected at the end"),
            ("1 2", "`2` is not expected here"),
            ("(1", "`)` is expected at the end"),
            ("if 1 then 2", "`else` is expected at the end"),
            ("fn if() = 1", "a name is expected, not `if`"),
            ("1 # 2", "`#` means nothing"),
            ("1.2.3", "`1.2.3` is not a number"),
            ("", "a value is expected at the end"),
        ] {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text:?}");
        }
        for deep in ["(".repeat(100_000), "-".repeat(100_000)] {
            assert!(parse(&deep).unwrap_err().contains("nesting"));
        }
    }
}
