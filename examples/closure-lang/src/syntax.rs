//! Trees, and the parser that makes them of text.

use std::iter::Peekable;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Number(i32),
    Name(String),
    Let {
        name: String,
        recursive: bool,
        value: Box<Expression>,
        body: Box<Expression>,
    },
    Function {
        parameter: String,
        body: Box<Expression>,
    },
    Call(Box<Expression>, Box<Expression>),
    If(Box<[Expression; 3]>),
    Binary(Operator, Box<[Expression; 2]>),
    /// Fields in the order in which they are written.
    Record(Vec<(String, Expression)>),
    Field(Box<Expression>, String),
}

/// An operator on integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Less,
    Equal,
}

/// The tree of `program`, or a message.
pub(crate) fn parse(program: &str) -> Result<Expression, String> {
    let mut parser = Parser { words: words(program)?.into_iter().peekable() };
    let expression = parser.expression()?;
    match parser.words.next() {
        None => Ok(expression),
        Some(word) => Err(format!("unexpected {word:?}")),
    }
}

fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut symbols = text.chars().peekable();
    while let Some(&first) = symbols.peek() {
        let mut word = String::new();
        if first.is_whitespace() {
            symbols.next();
            continue;
        }
        if first.is_alphanumeric() || first == '_' {
            while let Some(&symbol) = symbols.peek()
                && (symbol.is_alphanumeric() || symbol == '_')
            {
                word.push(symbol);
                symbols.next();
            }
        } else if "(){}=<+-*.,>".contains(first) {
            word.extend(symbols.next());
            let two = matches!((first, symbols.peek()), ('=', Some('=')) | ('-', Some('>')));
            word.extend(symbols.next_if(|_| two));
        } else {
            return Err(format!("unexpected {first:?}"));
        }
        words.push(word);
    }
    Ok(words)
}

struct Parser {
    words: Peekable<std::vec::IntoIter<String>>,
}

impl Parser {
    fn takes(&mut self, word: &str) -> bool {
        self.words.next_if(|next| next == word).is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.takes(word) {
            return Ok(());
        }
        let found = self.words.peek().map_or("the end", String::as_str);
        Err(format!("expected {word:?}, found {found:?}"))
    }

    fn name(&mut self) -> Result<String, String> {
        let is_name = |word: &String| is_name(word);
        self.words.next_if(is_name).ok_or_else(|| "expected a name".to_owned())
    }

    fn expression(&mut self) -> Result<Expression, String> {
        if self.takes("let") {
            let recursive = self.takes("rec");
            let name = self.name()?;
            self.expect("=")?;
            let value = Box::new(self.expression()?);
            self.expect("in")?;
            let body = Box::new(self.expression()?);
            return Ok(Expression::Let { name, recursive, value, body });
        }
        if self.takes("fun") {
            let parameter = self.name()?;
            self.expect("->")?;
            return Ok(Expression::Function { parameter, body: Box::new(self.expression()?) });
        }
        if self.takes("if") {
            let condition = self.expression()?;
            self.expect("then")?;
            let yes = self.expression()?;
            self.expect("else")?;
            return Ok(Expression::If(Box::new([condition, yes, self.expression()?])));
        }
        let left = self.sum()?;
        let operator = match () {
            () if self.takes("<") => Operator::Less,
            () if self.takes("==") => Operator::Equal,
            () => return Ok(left),
        };
        Ok(Expression::Binary(operator, Box::new([left, self.sum()?])))
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut sum = self.product()?;
        loop {
            let operator = match () {
                () if self.takes("+") => Operator::Add,
                () if self.takes("-") => Operator::Subtract,
                () => return Ok(sum),
            };
            sum = Expression::Binary(operator, Box::new([sum, self.product()?]));
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut product = self.call()?;
        while self.takes("*") {
            product = Expression::Binary(Operator::Multiply, Box::new([product, self.call()?]));
        }
        Ok(product)
    }

    fn call(&mut self) -> Result<Expression, String> {
        let mut call = self.factor()?;
        while self.words.peek().is_some_and(|word| begins_atom(word)) {
            call = Expression::Call(Box::new(call), Box::new(self.factor()?));
        }
        Ok(call)
    }

    fn factor(&mut self) -> Result<Expression, String> {
        let mut factor = self.atom()?;
        while self.takes(".") {
            factor = Expression::Field(Box::new(factor), self.name()?);
        }
        Ok(factor)
    }

    fn atom(&mut self) -> Result<Expression, String> {
        if self.takes("(") {
            let inside = self.expression()?;
            self.expect(")")?;
            return Ok(inside);
        }
        if self.takes("{") {
            return self.record();
        }
        let digit = |word: &String| word.starts_with(|first: char| first.is_ascii_digit());
        if let Some(number) = self.words.next_if(digit) {
            let number = number.parse().map_err(|error| format!("{number}: {error}"));
            return Ok(Expression::Number(number?));
        }
        Ok(Expression::Name(self.name()?))
    }

    fn record(&mut self) -> Result<Expression, String> {
        let mut fields = Vec::new();
        while !self.takes("}") {
            if !fields.is_empty() {
                self.expect(",")?;
            }
            let name = self.name()?;
            self.expect("=")?;
            fields.push((name, self.expression()?));
        }
        Ok(Expression::Record(fields))
    }
}

const KEYWORDS: &[&str] = &["let", "rec", "in", "fun", "if", "then", "else"];

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !KEYWORDS.contains(&word)
}

fn begins_atom(word: &str) -> bool {
    word == "(" || word == "{" || is_name(word) || word.starts_with(|c: char| c.is_ascii_digit())
}
