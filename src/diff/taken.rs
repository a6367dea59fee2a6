//! What a target takes only since the change itself: what it allows is read from the base, so that no change opens a target and goes there.

use super::Side;
use super::counted::value_in;
use crate::model::{Code, Finding, Place, Target, joined, quoted_list};
use crate::render::Unit;
use std::collections::BTreeSet;

/// Something of a change goes where only the change lets it.
pub const TARGET_WIDENED: Code = Code::new("target-widened");

/// More requests of one finding are not named.
const MOST_NAMED: usize = 5;

/// One finding for each list of a target by which units that come or change go there, and could not before; where no target led was closed to
/// nobody.
pub(super) fn widened(base: Side<'_>, head: Side<'_>) -> Vec<Finding> {
    let now = head.parsed.platform.targets.values();
    let lists = now.flat_map(|is| lists(&led_there(base, is), is).into_iter().map(move |list| (is, list)));
    let opened: Vec<(&Target, List<'_>)> = lists.filter(|(_, list)| list.has_more()).collect();
    if opened.is_empty() {
        return Vec::new();
    }
    let units = joined(base.rendered.units.values(), head.rendered.units.values(), |unit| &unit.id);
    let differs = |(was, is): (Option<&Unit>, Option<&'_ Unit>)| is.is_some_and(|is| was.is_none_or(|was| was.digest != is.digest));
    let differing: Vec<&Unit> = units.into_iter().filter(|pair| differs(*pair)).filter_map(|(_, is)| is).collect();
    opened.into_iter().filter_map(|(target, list)| list.finding(head, target, &differing)).collect()
}

/// The targets by which what goes to a target got there before: itself or, where it is new, all others of its connection, so that none opens a
/// way round another.
fn led_there<'b>(base: Side<'b>, target: &Target) -> Vec<&'b Target> {
    let before = &base.parsed.platform.targets;
    let same = |other: &&Target| (other.kind, &other.connection) == (target.kind, &target.connection);
    before.get(&target.name).map_or_else(|| before.values().filter(same).collect(), |was| vec![was])
}

/// What a target lists of what it takes, before and now; nothing: it takes all.
struct List<'t> {
    pointer: &'static str,
    /// What its entries are, as one and as several.
    names: [&'static str; 2],
    was: Option<Vec<&'t str>>,
    is: Option<Vec<&'t str>>,
    /// Which entry is for a unit, where that is told by the unit.
    of: fn(&Unit) -> Option<&str>,
}

fn lists<'t>(was: &[&'t Target], is: &'t Target) -> Vec<List<'t>> {
    if was.is_empty() {
        return Vec::new();
    }
    fn all(entries: &[String]) -> Option<Vec<&str>> {
        Some(entries.iter().map(String::as_str).collect())
    }
    let of = |pointer, names, list: fn(&'t Target) -> Option<Vec<&'t str>>, of| {
        let was: Option<Vec<Vec<&str>>> = was.iter().map(|target| list(target)).collect();
        List { pointer, names, was: was.map(|lists| lists.concat()), is: list(is), of }
    };
    vec![
        of("/spec/allow/teams", ["the team", "the teams"], |target| all(&target.allow_teams), |unit| Some(unit.id.request.team.as_str())),
        of(
            "/spec/allow/paths",
            ["the golden path", "the golden paths"],
            |target| all(&target.allow_paths),
            |unit| Some(unit.release.path.as_str()),
        ),
        of(
            "/spec/terraform/providers",
            ["the provider", "the providers"],
            |target| Some(target.terraform_providers.iter().map(String::as_str).collect()),
            |_| None,
        ),
        of(
            "/spec/kubernetes/namespaces",
            ["what is in the namespace", "what is in the namespaces"],
            |target| target.namespaces.as_deref().and_then(all),
            |_| None,
        ),
    ]
}

impl<'t> List<'t> {
    /// Whether this was taken before.
    fn had(&self, entry: &str) -> bool {
        self.was.as_ref().is_none_or(|was| was.iter().any(|known| *known == "*" || *known == entry))
    }

    /// What is taken only now.
    fn more(&self) -> impl Iterator<Item = &'t str> {
        self.is.iter().flatten().copied().filter(|entry| !self.had(entry))
    }

    fn has_more(&self) -> bool {
        self.more().next().is_some() || self.is.is_none() && self.was.is_some()
    }

    fn finding(&self, head: Side<'_>, target: &Target, differing: &[&Unit]) -> Option<Finding> {
        let goes = |unit: &&&Unit| unit.id.target == target.name && (self.of)(unit).is_none_or(|entry| !self.had(entry));
        let there: Vec<&Unit> = differing.iter().filter(goes).copied().collect();
        let first = there.first()?;
        let entries: BTreeSet<&str> = match (self.of)(first) {
            Some(_) => there.iter().filter_map(|unit| (self.of)(unit)).collect(),
            None => self.more().collect(),
        };
        let [one, several] = self.names;
        let what = match entries.len() {
            0 => "all that its list of namespaces kept out".to_owned(),
            1 => format!("{one} {}", quoted_list(entries)),
            _ => format!("{several} {}", quoted_list(entries)),
        };
        let by = match there.len() {
            1 => format!("`{}` goes", first.id),
            number => format!("`{}` and {} more go", first.id, number - 1),
        };
        let message = format!("`{}` takes {what} only with this change, and {by} there already", target.name);
        let help = format!("Merge what `{}` allows first: it counts from the next change on.", target.file);
        let place = value_in(head.source(), &target.file, self.pointer);
        let files: BTreeSet<_> = there.iter().map(|unit| &unit.request_file).collect();
        let finding = Finding::error(TARGET_WIDENED, place, message).help(help);
        Some(files.into_iter().take(MOST_NAMED).fold(finding, |finding, file| finding.related(Place::file(file.clone()), "goes there")))
    }
}
