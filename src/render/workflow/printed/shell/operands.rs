//! The words of a command of which some run.

use super::{List, PRINTED, Reader, Sort, Word, named};
use crate::render::workflow::printed::commands::is_assignment;
use crate::render::workflow::printed::places::is_running;
use crate::render::workflow::printed::tools::{Operands, OptionKind, Tool};

impl Reader<'_> {
    /// Reads one word behind the name of a command that has a table.
    pub(super) fn tool_word(&mut self, word: &Word, list: &mut List) {
        let Some(mut tool) = list.command.tool.take() else { return };
        let refused = match tool.value.take() {
            Some(OptionKind::Data | OptionKind::Flag) => None,
            Some(OptionKind::Code) => word.print,
            // It is the value of an option that is not known, or the sub-command.
            Some(OptionKind::Unknown) => word.print.filter(|_| !tool.sub(&word.literal)),
            None if word.literal.starts_with('-') && word.literal.len() > 1 => self.tool_option(word, &mut tool, list),
            None if !tool.is_decided => {
                if word.print.is_none() && !tool.sub(&word.literal) {
                    tool.decide();
                }
                word.print
            }
            None => self.operand(word, &mut tool, list),
        };
        if let Some(print) = refused {
            self.refuse(print);
        }
        match tool.form.operands {
            Operands::All if tool.is_decided => list.command.sort = Sort::Runs,
            Operands::Sets if tool.is_decided => list.command.sort = Sort::Sets,
            _ => {}
        }
        // What has come to the name of its command is read as that.
        if list.command.sort == Sort::Tool && list.command.tool.is_none() {
            list.command.tool = Some(tool);
        }
    }

    /// The print of an option that may run, or that may be anything.
    fn tool_option(&mut self, word: &Word, tool: &mut Tool, list: &mut List) -> Option<usize> {
        if word.literal == "--" && tool.form.has_dashes() {
            if let Operands::Command(values) = tool.form.operands {
                tool.operands = values;
            }
            return None;
        }
        let (kind, is_joined) = tool.form.option(&word.literal);
        match (kind, tool.form.operands) {
            (OptionKind::Flag, _) => None,
            (OptionKind::Data | OptionKind::Code, _) => {
                tool.value = Some(kind).filter(|_| !is_joined);
                word.print.filter(|_| kind == OptionKind::Code)
            }
            (OptionKind::Unknown, _) if !tool.is_decided => {
                tool.value = Some(kind).filter(|_| !is_joined);
                word.print
            }
            (OptionKind::Unknown, Operands::Command(_) | Operands::Image) => {
                // One with its value in the same word leaves the places as they are.
                if !is_joined {
                    list.command.sort = Sort::Runs;
                }
                word.print
            }
            (OptionKind::Unknown, Operands::Each | Operands::All) => word.print,
            (OptionKind::Unknown, Operands::Values | Operands::Settings | Operands::Sets) => None,
        }
    }

    /// The print of an operand that runs.
    fn operand(&mut self, word: &Word, tool: &mut Tool, list: &mut List) -> Option<usize> {
        tool.operands += 1;
        match tool.form.operands {
            Operands::Values | Operands::Sets => None,
            Operands::Settings => word.print.filter(|print| self.is_setting(word, *print)),
            Operands::Each | Operands::All => word.print,
            Operands::Image if tool.operands == 1 => word.print,
            Operands::Command(values) if tool.operands <= values => None,
            Operands::Image | Operands::Command(_) => {
                if word.print.is_none() {
                    named(word, list);
                }
                word.print
            }
        }
    }

    /// Whether a word sets a variable that is named by a print, or that changes what runs.
    fn is_setting(&self, word: &Word, print: usize) -> bool {
        let literal = word.literal.as_str();
        let filled = literal.replacen(PRINTED, self.texts.text(print), 1);
        let name = filled.split('=').next().unwrap_or_default();
        let is_printed = literal.split('=').next().is_some_and(|name| name.contains(PRINTED));
        filled.contains('=')
            && (is_printed || is_assignment(&filled) && is_running(name) || name.trim_end_matches([':', '+', '?']) == "SHELL")
    }
}
