use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

#[test]
fn an_untouched_chain_has_no_gaps() {
    let world = World::five();
    let report = world.report();
    assert_eq!(report.gaps, []);
    assert_eq!(report.chain, world.chain);
    let shown =
        report.entries.iter().map(|entry| format!("{} {} on {}", entry.sequence(), entry.statement.predicate.change, entry.on.short()));
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @"
    1 pr-1 on 0000001
    2 pr-2 on 0000002
    3 pr-3 on 0000003
    4 pr-4 on 0000004
    5 pr-5 on 0000005
    ");
    assert_eq!(entries(&world.notes, &Key::of(1).public()), report.entries);
    let empty = World { notes: BTreeMap::new(), notes_commits: Vec::new(), rendered: Vec::new(), folders: BTreeMap::new(), chain: None };
    assert_eq!((empty.report().gaps, empty.report().chain), (Vec::new(), None));
}

/// A chain of one statement that nothing else knows of, so that its line alone has to tell.
fn lonely() -> World {
    let mut world =
        World { notes: BTreeMap::new(), notes_commits: Vec::new(), rendered: Vec::new(), folders: BTreeMap::new(), chain: None };
    world.record(Input { rendered: None, ..input(1, vec![record("a", None, Some(Digest::of(b"1")))]) }, &Key::of(1));
    world.notes_commits.clear();
    world
}

#[test]
fn every_flipped_byte_of_a_line_is_noticed() {
    let mut world = lonely();
    let line = world.line(1).clone();
    for place in 0..line.len() {
        let mut bytes = line.clone().into_bytes();
        bytes[place] ^= if place % 2 == 0 { 0x01 } else { 0x20 };
        *world.line(1) = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!world.gaps().is_empty(), "byte {place} was flipped");
    }
}

/// The envelope of a line with other bytes as payload or signature.
fn resealed(line: &str, change: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) -> String {
    let mut envelope: serde_json::Value = serde_json::from_str(line).unwrap();
    let mut payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let mut signature = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    change(&mut payload, &mut signature);
    envelope["payload"] = STANDARD.encode(payload).into();
    envelope["signatures"][0]["sig"] = STANDARD.encode(signature).into();
    canonical(&envelope)
}

#[test]
fn every_flipped_byte_of_payload_and_signature_is_noticed() {
    let mut world = lonely();
    let line = world.line(1).clone();
    let mut length = 0;
    *world.line(1) = resealed(&line, |payload, _| length = payload.len());
    assert_eq!(world.gaps(), "");
    for place in 0..length + 64 {
        *world.line(1) = resealed(&line, |payload, signature| match place.checked_sub(length) {
            Some(place) => signature[place] ^= 0x10,
            None => payload[place] ^= 0x01,
        });
        let gaps = world.report().gaps;
        assert!(matches!(gaps[0], Gap::BadSignature { .. } | Gap::Unreadable { .. }), "{place}: {gaps:?}");
    }
    *world.line(1) = resealed(&line, |_, signature| signature[0] ^= 1);
    assert_snapshot!(world.gaps(), @"line 1 of the note on 0000001 has a bad signature: it was altered or forged (it claims to be statement 1)");
}

#[test]
fn a_changed_word_is_one_gap() {
    let mut world = World::five();
    let line = world.line(3).clone();
    *world.line(3) =
        resealed(&line, |payload, _| *payload = String::from_utf8(payload.clone()).unwrap().replace("bob", "eve").into_bytes());
    assert_snapshot!(world.gaps(), @"
    line 1 of the note on 0000003 has a bad signature: it was altered or forged (it claims to be statement 3)
    commit e000003 of the branch rendered belongs to pr-3, of which no valid statement tells
    ");
}

#[test]
fn a_dropped_line_is_noticed_wherever_it_was() {
    let dropped = |n| {
        let mut world = World::five();
        world.notes.remove(&commit(n));
        world.gaps()
    };
    assert_snapshot!(dropped(1), @"
    statement 1 is missing
    commit e000001 of the branch rendered belongs to pr-1, of which no valid statement tells
    ");
    assert_snapshot!(dropped(3), @"
    statement 3 is missing
    commit e000003 of the branch rendered belongs to pr-3, of which no valid statement tells
    ");
    assert_snapshot!(dropped(5), @"the chain was cut: it has 4 statements, and commit a000004 knows of 5");
    let mut world = World::five();
    world.notes.remove(&commit(2));
    world.notes.remove(&commit(3));
    world.rendered.clear();
    assert_snapshot!(world.gaps(), @"
    statements 2 to 3 are missing
    statement 1 tells of commit e000001, which is not on the branch rendered
    statement 4 tells of commit e000004, which is not on the branch rendered
    ");
}

#[test]
fn a_chain_that_is_cut_together_with_its_notes_commits_is_noticed_by_the_branch_rendered() {
    let mut world = World::five();
    for n in 3..=5 {
        world.notes.remove(&commit(n));
        world.notes_commits.pop();
    }
    assert_snapshot!(world.gaps(), @"
    the chain was cut: it has 2 statements, and commit e000004 knows of 3
    commit e000003 of the branch rendered belongs to pr-3, of which no valid statement tells
    commit e000004 of the branch rendered belongs to pr-4, of which no valid statement tells
    ");
    world.notes.clear();
    world.notes_commits.clear();
    assert_snapshot!(world.gaps(), @"
    the chain was cut: it has 0 statements, and commit e000004 knows of 3
    commit e000001 of the branch rendered belongs to pr-1, of which no valid statement tells
    commit e000002 of the branch rendered belongs to pr-2, of which no valid statement tells
    commit e000003 of the branch rendered belongs to pr-3, of which no valid statement tells
    commit e000004 of the branch rendered belongs to pr-4, of which no valid statement tells
    ");
}

#[test]
fn lines_of_others_are_noticed() {
    let mut world = World::five();
    world.record(Input { rendered: None, ..input(6, Vec::new()) }, &Key::of(2));
    world.notes_commits.pop();
    world.notes.entry(commit(5)).or_default().push("hello".to_owned());
    assert_snapshot!(world.gaps(), @"
    line 2 of the note on 0000005 cannot be read: it is no DSSE envelope with one signature
    line 1 of the note on 0000006 is signed with another key: 47dea58ea00f
    ");
}

#[test]
fn lines_that_moved_are_noticed() {
    let mut world = World::five();
    let line = world.notes.remove(&commit(2)).unwrap().remove(0);
    world.notes.get_mut(&commit(4)).unwrap().push(line.clone());
    assert_snapshot!(world.gaps(), @"
    statement 2 is on commit 0000004 and is about commit 0000002
    the lines of the note on 0000004 are not in the order in which they were written
    ");

    let mut doubled = World::five();
    doubled.notes.get_mut(&commit(2)).unwrap().push(line);
    assert_snapshot!(doubled.gaps(), @"statement 2 is there 2 times");

    let mut world = World::five();
    let more = Input { change: ChangeId::pull(6), rendered: None, units: Vec::new(), ..input(5, Vec::new()) };
    world.record(more, &Key::of(1));
    assert_eq!(world.gaps(), "", "two changes on one commit are fine");
    world.notes.get_mut(&commit(5)).unwrap().reverse();
    assert_snapshot!(world.gaps(), @"the lines of the note on 0000005 are not in the order in which they were written");
}

#[test]
fn history_that_was_written_anew_with_the_key_is_noticed_by_what_commits_know() {
    let mut world = World::five();
    let mut forged = World { chain: None, notes: BTreeMap::new(), notes_commits: Vec::new(), ..world.clone() };
    for entry in world.report().entries {
        let predicate = entry.statement.predicate;
        let approvals = vec![crate::observe::Review { user: "mallory".to_owned(), ..predicate.approvals[0].clone() }];
        let again = Input { approvals, rendered: predicate.rendered, ..input(predicate.sequence, predicate.units) };
        forged.record(again, &Key::of(1));
    }
    world.notes = forged.notes;
    world.notes_commits = forged.notes_commits;
    assert_snapshot!(world.gaps(), @"
    statement 1 is not the one that commit e000002 knows
    statement 2 is not the one that commit e000003 knows
    statement 3 is not the one that commit e000004 knows
    ");
}

#[test]
fn commits_of_rendered_without_evidence_are_noticed() {
    let mut world = World::five();
    let tree = world.folders[&rendered(4)].clone();
    world.publish(7, &tree);
    assert_snapshot!(world.gaps(), @"commit e000007 of the branch rendered belongs to pr-7, of which no valid statement tells");
    world.rendered.last_mut().unwrap().change = None;
    assert_snapshot!(world.gaps(), @"commit e000007 of the branch rendered was not made by goldpath");
    world.rendered.last_mut().unwrap().change = Some(ChangeId::pull(4));
    assert_snapshot!(world.gaps(), @"commit e000007 of the branch rendered claims pr-4 and is newer than what its statement tells of");
    world.rendered.truncate(3);
    assert_snapshot!(world.gaps(), @"
    statement 4 tells of commit e000004, which is not on the branch rendered
    payments/b/cluster@staging is at commit e000003 of the branch rendered, where statement 4 says it was taken away
    ");
}

#[test]
fn other_bytes_on_the_branch_rendered_are_noticed() {
    let mut world = World::five();
    world.folders.get_mut(&rendered(1)).unwrap().insert(unit("a"), Digest::of(b"evil"));
    assert_snapshot!(world.gaps(), @"payments/a/cluster@staging has other bytes at commit e000001 of the branch rendered (b5c1fb2efc6d) than statement 1 says (6b86b273ff34)");
    let mut world = World::five();
    let tip = world.folders.get_mut(&rendered(4)).unwrap();
    tip.remove(&unit("a"));
    tip.insert(unit("b"), Digest::of(b"1"));
    tip.insert(unit("c"), Digest::of(b"1"));
    assert_snapshot!(world.gaps(), @"
    payments/b/cluster@staging is at commit e000004 of the branch rendered, where statement 4 says it was taken away
    payments/a/cluster@staging is not at commit e000004 of the branch rendered, where statement 3 says it is
    payments/c/cluster@staging is on the branch rendered (at commit e000004), and no statement tells of it
    ");
}

#[test]
fn several_commits_of_rendered_may_belong_to_one_change() {
    let mut world = World::five();
    let tree = world.folders[&rendered(4)].clone();
    world.publish(6, &tree);
    world.publish(7, &tree);
    world.rendered.last_mut().unwrap().change = Some(ChangeId::pull(6));
    let superseded = UnitRecord { outcome: UnitOutcome::SupersededBy(ChangeId::pull(7)), ..record("z", None, Some(Digest::of(b"z"))) };
    world.record(Input { rendered: Some(rendered(7)), ..input(6, vec![superseded]) }, &Key::of(1));
    assert_eq!(world.gaps(), "");
}

#[test]
fn a_statement_that_names_another_line_before_it_is_noticed() {
    let mut world = World::five();
    world.chain = world.chain.map(|chain| Chain { head: Digest::of(b"other"), ..chain });
    world.record(Input { rendered: None, ..input(6, Vec::new()) }, &Key::of(1));
    assert_snapshot!(world.gaps(), @"statement 6 does not follow the one before it: it names d9298a10d1b0, and the line before it is 32806458e733");
}
