//! What a shell reads in a script: a print is an argument of a command that the template names, or it is code.

mod files;
mod operands;

use super::commands::{Sort, is_assignment, is_name, is_reserved, sort};
use super::texts::Texts;
use super::tools::Tool;
use crate::render::language::placeholders;

/// Scripts nest no deeper.
const DEEPEST: usize = 50;

/// What stands in a word for what was printed, and for what is not known before it runs and may be nothing.
const PRINTED: char = '\u{1}';
const MAY_BE_EMPTY: char = '\0';

/// The first print of a script that is more than an argument of a command that is named there.
pub(super) fn runs(script: &str, texts: &Texts) -> Option<usize> {
    let all = placeholders(script);
    let first = *all.first()?;
    let mut reader = Reader {
        script,
        at: 0,
        end: script.len(),
        depth: 0,
        texts,
        heredocs: Vec::new(),
        naming: Vec::new(),
        has_files: files::File::are_named(script),
        bad: None,
        lost: false,
    };
    reader.list(None, Sort::None);
    // What cannot be followed may be anything.
    reader.bad.or(reader.lost.then_some(first))
}

struct Reader<'s> {
    script: &'s str,
    at: usize,
    end: usize,
    depth: usize,
    texts: &'s Texts,
    /// Texts of which the commands were read, and that begin on the next line.
    heredocs: Vec<Heredoc>,
    /// The prints that would name a variable if they came into a file of variables.
    naming: Vec<usize>,
    has_files: bool,
    bad: Option<usize>,
    /// Whether something is not closed, so that the rest was taken for something else than it is.
    lost: bool,
}

struct Heredoc {
    ends: String,
    /// Whether tabs before its lines are left out.
    dash: bool,
    quoted: bool,
    /// Whether what gets it runs it.
    runs: bool,
    /// The file that sets variables for later steps, if it comes there.
    file: Option<files::File>,
}

/// The commands between two brackets, or all of a script.
#[derive(Default)]
struct List {
    prints: Vec<usize>,
    /// The prints of the commands of the pipeline before this one.
    piped: Vec<usize>,
    is_piped: bool,
    /// How many `case` are open.
    cases: usize,
    /// What a line begins with: among the elements of a list it is no command.
    lines: Sort,
    command: Command,
    word: Word,
}

#[derive(Default)]
struct Command {
    sort: Sort,
    prints: Vec<usize>,
    is_case: bool,
    /// Whether the word that comes is where something is read from or written to.
    redirects: bool,
    /// Whether it ends a loop or a condition, or stands in brackets.
    closes: bool,
    tool: Option<Tool>,
    /// The words behind its name, as it would write them.
    said: String,
    is_printf: bool,
    /// The file that sets variables for later steps, if it writes one.
    file: Option<files::File>,
}

/// One word, with signs for what is not known before it runs.
#[derive(Default)]
struct Word {
    literal: String,
    begun: bool,
    quoted: bool,
    print: Option<usize>,
    /// The file that sets variables for later steps, if the word names one.
    file: Option<files::File>,
}

impl Word {
    fn push(&mut self, c: char) {
        self.literal.push(c);
        self.begun = true;
    }
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.script[self.at..self.end]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: &str) -> bool {
        let there = self.rest().starts_with(wanted);
        self.at += if there { wanted.len() } else { 0 };
        there
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// The print that stands here, which is passed.
    fn take_print(&mut self) -> Option<usize> {
        let word = self.rest().get(..9)?;
        let found = *placeholders(word).first()?;
        self.at += word.len();
        Some(found)
    }

    fn refuse(&mut self, print: usize) {
        self.bad = self.bad.or(Some(print));
    }

    fn is_option(&self, print: usize) -> bool {
        self.texts.text(print).starts_with('-')
    }

    /// Reads commands up to a bracket, which is passed; gives the prints among them. The first may have its name already.
    fn list(&mut self, until: Option<char>, sort: Sort) -> Vec<usize> {
        let mut list = List { lines: sort, command: Command { sort, ..Command::default() }, ..List::default() };
        if self.depth == DEEPEST {
            self.lost = true;
            self.at = self.end;
            return Vec::new();
        }
        self.depth += 1;
        loop {
            let Some(c) = self.peek() else {
                self.lost |= until.is_some();
                break;
            };
            if until == Some(c) && (c != ')' || list.cases == 0) {
                self.at += 1;
                break;
            }
            self.token(c, &mut list);
        }
        self.end_pipeline(&mut list);
        self.depth -= 1;
        list.prints
    }

    fn token(&mut self, c: char, list: &mut List) {
        if let Some(print) = self.take_print() {
            return self.print(print, list);
        }
        match c {
            ' ' | '\t' | '\r' => {
                self.at += 1;
                self.end_word(list);
            }
            '\n' => {
                self.at += 1;
                self.end_pipeline(list);
                list.command.sort = list.lines;
                self.bodies(list);
            }
            ';' | ')' => {
                self.at += 1;
                self.end_pipeline(list);
            }
            '&' | '|' => self.joined(list),
            '#' if !list.word.begun => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            }
            '<' | '>' => self.redirection(c, list),
            '(' => self.bracket(list),
            '\\' => self.escaped(list),
            '\'' => {
                self.at += 1;
                self.quoted(Some('\''), false, list);
            }
            '"' => {
                self.at += 1;
                self.quoted(Some('"'), true, list);
            }
            '$' | '`' => self.expansion(c, list, false),
            _ => {
                self.at += c.len_utf8();
                list.word.push(c);
            }
        }
    }

    /// A print that stands in a word, quoted or not.
    fn print(&mut self, print: usize, list: &mut List) {
        let begins = list.word.literal.bytes().all(|byte| byte == MAY_BE_EMPTY as u8);
        if begins && (self.is_option(print) || list.command.sort == Sort::Sets) {
            self.refuse(print);
        }
        self.note_name(print, list);
        if !self.texts.text(print).is_empty() {
            list.word.literal.push(PRINTED);
        }
        list.word.begun = true;
        list.word.print = list.word.print.or(Some(print));
        list.command.prints.push(print);
    }

    fn end_word(&mut self, list: &mut List) {
        let word = std::mem::take(&mut list.word);
        if !word.begun {
            return;
        }
        list.command.file = list.command.file.or_else(|| word.file());
        if std::mem::take(&mut list.command.redirects) {
            return;
        }
        let is_named = !matches!(list.command.sort, Sort::None | Sort::Passes);
        match list.command.sort {
            Sort::None | Sort::Passes => {
                if let Some(print) = word.print.filter(|_| !is_assignment(&word.literal)) {
                    self.refuse(print);
                } else if !is_assignment(&word.literal) {
                    named(&word, list);
                }
            }
            Sort::Runs => {
                if let Some(print) = word.print {
                    self.refuse(print);
                }
            }
            Sort::Sets | Sort::Plain if list.command.is_case && word.literal == "in" && !word.quoted => {
                list.prints.append(&mut list.command.prints);
                list.piped.clear();
                list.is_piped = false;
                list.command = Command::default();
                list.cases += 1;
            }
            Sort::Tool => self.tool_word(&word, list),
            Sort::Sets | Sort::Plain => {}
        }
        list.command.say(&word, is_named);
    }

    fn end_command(&mut self, list: &mut List) {
        self.end_word(list);
        let command = std::mem::take(&mut list.command);
        if command.closes {
            list.piped.clone_from(&list.prints);
        }
        // What passes on to nothing reads what it runs.
        let runs = matches!(command.sort, Sort::Runs | Sort::Passes);
        let piped = list.piped.first().copied().filter(|_| list.is_piped);
        if let Some(print) = command.prints.first().copied().or(piped).filter(|_| runs) {
            self.refuse(print);
        }
        if runs {
            self.heredocs.iter_mut().for_each(|heredoc| heredoc.runs = true);
        }
        if let Some(file) = command.file {
            let named = list.piped.iter().chain(&command.prints).copied().find(|print| file.is_told(*print, &self.naming));
            named.into_iter().for_each(|print| self.refuse(print));
            self.heredocs.iter_mut().for_each(|heredoc| heredoc.file = Some(file));
        }
        list.piped.extend(&command.prints);
        list.prints.extend(command.prints);
    }

    fn end_pipeline(&mut self, list: &mut List) {
        self.end_command(list);
        list.piped.clear();
        list.is_piped = false;
    }

    fn joined(&mut self, list: &mut List) {
        if self.take("&>") {
            self.end_word(list);
            list.command.redirects = true;
        } else if self.take("||") || self.take("&&") || self.take("&") {
            self.end_pipeline(list);
        } else {
            self.at += 1;
            self.take("&");
            self.end_command(list);
            list.is_piped = true;
        }
    }

    fn redirection(&mut self, c: char, list: &mut List) {
        if list.word.begun && list.word.literal.bytes().all(|byte| byte.is_ascii_digit()) {
            list.word = Word::default();
        }
        self.end_word_before(c, list);
        if self.take("<<<") {
            list.command.redirects = true;
        } else if self.take("<<") {
            let dash = self.take("-");
            self.delimiter(dash, list);
        } else {
            self.at += 1;
            let two = ["&", ">", "|"].iter().any(|second| self.take(second));
            if !two && self.take("(") {
                self.inner(')', list);
            } else {
                list.command.redirects = true;
            }
        }
    }

    /// `a<b` ends the word `a`; `a<(b)` goes on with it.
    fn end_word_before(&mut self, c: char, list: &mut List) {
        if !self.rest()[c.len_utf8()..].starts_with('(') {
            self.end_word(list);
        }
    }

    fn delimiter(&mut self, dash: bool, list: &mut List) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
        let mut ends = String::new();
        let mut quoted = false;
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !";|&<>()".contains(*c)) {
            if let Some(print) = self.take_print() {
                return self.refuse(print);
            }
            self.at += c.len_utf8();
            if matches!(c, '\'' | '"' | '\\') {
                quoted = true;
            } else {
                ends.push(c);
            }
        }
        self.heredocs.push(Heredoc { ends, dash, quoted, runs: list.command.sort == Sort::Runs, file: None });
    }

    /// The texts that begin on this line.
    fn bodies(&mut self, list: &mut List) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let mut end = self.at;
            let mut after = self.end;
            for line in self.rest().split_inclusive('\n') {
                let plain = line.strip_suffix('\n').unwrap_or(line);
                let plain = if heredoc.dash { plain.trim_start_matches('\t') } else { plain };
                if plain == heredoc.ends {
                    after = end + line.len();
                    break;
                }
                end += line.len();
            }
            self.body(&heredoc, end, list);
            self.at = after;
        }
    }

    fn body(&mut self, heredoc: &Heredoc, end: usize, list: &mut List) {
        let there = placeholders(&self.script[self.at..end]);
        if let Some(print) = there.first().filter(|_| heredoc.runs) {
            self.refuse(*print);
        }
        if let Some(print) = heredoc.file.and_then(|file| file.told_by(&self.script[self.at..end])) {
            self.refuse(print);
        }
        list.prints.extend(there);
        if !heredoc.quoted {
            let whole = std::mem::replace(&mut self.end, end);
            // Its text is no word of a command, and so no option.
            let mut inner = List::default();
            inner.word.push(PRINTED);
            self.quoted(None, true, &mut inner);
            self.end = whole;
        }
    }

    fn bracket(&mut self, list: &mut List) {
        let begins = matches!(list.command.sort, Sort::None | Sort::Passes);
        if begins && !list.word.begun && self.take("((") {
            self.arithmetic(list);
            list.command.sort = Sort::Plain;
            return;
        }
        self.at += 1;
        if begins && list.word.begun && list.word.print.is_none() && self.rest().trim_start_matches([' ', '\t']).starts_with(')') {
            // A function: what it does comes next.
            self.at += self.rest().find(')').unwrap_or_default() + 1;
            list.word = Word::default();
            return;
        }
        if begins && is_assignment(&list.word.literal) {
            // The elements of a list.
            return self.values(')', Sort::Plain, list);
        }
        self.inner(')', list);
        list.command.closes |= begins;
        if begins {
            list.word = Word::default();
            list.command.sort = Sort::Plain;
        }
    }

    /// Commands within a word.
    fn inner(&mut self, until: char, list: &mut List) {
        self.values(until, Sort::None, list);
    }

    /// The same, where the first word may be none of a command.
    fn values(&mut self, until: char, sort: Sort, list: &mut List) {
        let prints = self.list(Some(until), sort);
        list.command.prints.extend(prints);
        list.word.push(MAY_BE_EMPTY);
    }

    fn escaped(&mut self, list: &mut List) {
        self.at += 1;
        if self.take("\n") {
            return;
        }
        list.word.quoted = true;
        if self.rest().starts_with("gpx") {
            return;
        }
        if let Some(c) = self.next() {
            list.word.push(c);
        }
    }

    /// Up to a quote, or to the end of a heredoc: a text, with or without expansions.
    fn quoted(&mut self, until: Option<char>, expands: bool, list: &mut List) {
        list.word.begun = true;
        list.word.quoted = true;
        loop {
            if let Some(print) = self.take_print() {
                self.print(print, list);
                continue;
            }
            match self.peek() {
                None => {
                    self.lost |= until.is_some();
                    return;
                }
                Some(c) if Some(c) == until => {
                    self.at += 1;
                    return;
                }
                Some('\\') if expands => {
                    // A quoted `\n` keeps its backslash.
                    if !self.rest()[1..].starts_with(['$', '`', '"', '\\', '\n']) {
                        list.word.push('\\');
                    }
                    self.escaped(list);
                }
                Some(c @ ('$' | '`')) if expands => self.expansion(c, list, true),
                Some(c) => {
                    self.at += c.len_utf8();
                    list.word.push(c);
                }
            }
        }
    }

    /// `$…` or commands between backticks.
    fn expansion(&mut self, c: char, list: &mut List, is_quoted: bool) {
        if self.depth == DEEPEST {
            self.lost = true;
            self.at = self.end;
            return;
        }
        self.depth += 1;
        self.at += 1;
        list.word.push(MAY_BE_EMPTY);
        if c == '`' {
            self.inner('`', list);
        } else if self.take("((") {
            self.arithmetic(list);
        } else if self.take("(") {
            self.inner(')', list);
        } else if self.take("{") {
            self.parameter(list);
        } else if !is_quoted && self.take("'") {
            self.ansi(list);
        } else {
            self.variable(list);
        }
        self.depth -= 1;
    }

    /// `$name`; a print in it, or right behind it, makes it another one.
    fn variable(&mut self, list: &mut List) {
        let begins = self.at;
        loop {
            if let Some(print) = self.take_print() {
                return self.refuse(print);
            }
            match self.peek() {
                Some(c) if c.is_ascii_alphanumeric() || c == '_' => self.at += 1,
                _ => {
                    list.word.file = list.word.file.or_else(|| files::File::of(&self.script[begins..self.at]));
                    return;
                }
            }
        }
    }

    /// `$'…'`, in which a quote may be escaped.
    fn ansi(&mut self, list: &mut List) {
        loop {
            if let Some(print) = self.take_print() {
                self.refuse(print);
                continue;
            }
            match self.next() {
                None => {
                    self.lost = true;
                    return;
                }
                Some('\'') => return,
                Some('\\') => drop(self.next()),
                Some(c) => list.word.push(c),
            }
        }
    }

    /// `${name…}`: a print may be in what is behind the name, and no option there either.
    fn parameter(&mut self, list: &mut List) {
        self.take("!");
        let name = self.rest().find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest().len());
        if let Some(print) = placeholders(&self.rest()[..name]).first() {
            self.refuse(*print);
        }
        list.word.file = list.word.file.or_else(|| files::File::of(&self.rest()[..name]));
        self.at += name;
        loop {
            if let Some(print) = self.take_print() {
                if self.is_option(print) {
                    self.refuse(print);
                }
                self.print(print, list);
                continue;
            }
            match self.peek() {
                None => {
                    self.lost = true;
                    return;
                }
                Some('}') => {
                    self.at += 1;
                    return;
                }
                Some('\\') => self.escaped(list),
                Some(c @ ('$' | '`')) => self.expansion(c, list, true),
                Some('"') => {
                    self.at += 1;
                    self.quoted(Some('"'), true, list);
                }
                Some(c) => {
                    self.at += c.len_utf8();
                    list.word.push(c);
                }
            }
        }
    }

    /// Up to `))`.
    fn arithmetic(&mut self, list: &mut List) {
        let mut open = 0;
        list.word.push(MAY_BE_EMPTY);
        loop {
            if let Some(print) = self.take_print() {
                list.command.prints.push(print);
                continue;
            }
            match self.peek() {
                None => {
                    self.lost = true;
                    return;
                }
                Some(c @ ('$' | '`')) => {
                    self.expansion(c, list, true);
                    continue;
                }
                Some('(') => open += 1,
                Some(')') if open > 0 => open -= 1,
                Some(')') => {
                    self.lost |= !self.take("))");
                    return;
                }
                Some(_) => {}
            }
            self.next();
        }
    }
}

/// Takes the word in the place of a command for its name.
fn named(word: &Word, list: &mut List) {
    let literal = word.literal.as_str();
    let is_option = list.command.sort == Sort::Passes && literal.starts_with('-');
    if !word.quoted && is_reserved(literal) {
        list.command.sort = Sort::None;
        return;
    }
    list.command.sort = if is_option || !is_name(literal) { Sort::Runs } else { sort(literal) };
    list.command.tool = (list.command.sort == Sort::Tool).then(|| Tool::of(literal)).flatten();
    list.command.is_printf = literal == "printf";
    list.command.is_case = literal == "case" && !word.quoted;
    let closes = !word.quoted && ["fi", "done", "esac", "}"].contains(&literal);
    list.command.closes |= closes;
    if literal == "esac" {
        list.cases = list.cases.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
