//! What can be wrong with a YAML text, as a value.

use crate::model::Span;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The bytes are not UTF-8 text without a byte order mark and without control characters.
    Encoding,
    /// The text is not YAML.
    Syntax,
    /// An alias names no anchor before it.
    UnknownAlias,
    /// The text has more values than is reasonable, as written or through aliases.
    TooBig,
    /// The values are nested deeper than is reasonable.
    TooDeep,
    /// A key is given twice in one object.
    DuplicateKey,
    /// A key is a list or an object.
    Key,
    /// A tag that is not read.
    Tag,
    /// A scalar that readers of YAML 1.1 take for something else.
    Ambiguous,
    /// A scalar that readers of YAML 1.1 take for a date.
    AmbiguousDate,
    /// A scalar that is written as a number, and is larger than most readers of YAML can hold.
    LargeNumber,
    /// A character that nobody can see, or that looks like another one.
    OddCharacter,
    /// Lines end with CR LF.
    LineEndings,
}

impl ProblemKind {
    /// Its name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoding => "yaml-encoding",
            Self::Syntax => "yaml-syntax",
            Self::UnknownAlias => "yaml-unknown-alias",
            Self::TooBig => "yaml-too-big",
            Self::TooDeep => "yaml-too-deep",
            Self::DuplicateKey => "yaml-duplicate-key",
            Self::Key => "yaml-key",
            Self::Tag => "yaml-tag",
            Self::Ambiguous | Self::AmbiguousDate | Self::LargeNumber => "yaml-ambiguous",
            Self::OddCharacter => "yaml-odd-character",
            Self::LineEndings => "yaml-line-endings",
        }
    }
}

/// One thing that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// Where the cause stands, which is not always where a parser notices it.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The next step; may be empty.
    pub help: String,
    /// Another place that it speaks of, and what is there.
    pub related: Option<(Span, String)>,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), help: String::new(), related: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub(super) fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related = Some((span, message.into()));
        self
    }

    /// Whether it is more than a warning.
    pub fn is_error(&self) -> bool {
        match self.kind {
            ProblemKind::Encoding
            | ProblemKind::Syntax
            | ProblemKind::UnknownAlias
            | ProblemKind::TooBig
            | ProblemKind::TooDeep
            | ProblemKind::DuplicateKey
            | ProblemKind::Key
            | ProblemKind::Tag => true,
            ProblemKind::Ambiguous
            | ProblemKind::AmbiguousDate
            | ProblemKind::LargeNumber
            | ProblemKind::OddCharacter
            | ProblemKind::LineEndings => false,
        }
    }

    /// Whether other readers of YAML may take a value for another one.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.kind, ProblemKind::Ambiguous | ProblemKind::AmbiguousDate)
    }
}
