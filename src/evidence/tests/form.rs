use super::*;
use crate::model::RepoPath;
use crate::render::{RenderedFile, Unit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::json;

fn payload(line: &str) -> String {
    let envelope: serde_json::Value = serde_json::from_str(line).unwrap();
    String::from_utf8(STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_statement_is_in_toto_in_canonical_json() {
    let mut world = World::five();
    assert_snapshot!(payload(world.line(1)), @r#"{"_type":"https://in-toto.io/Statement/v1","predicate":{"acceptedAt":"2023-11-14T22:13:40Z","appliedAt":"2023-11-14T22:14:10Z","approvals":[{"at":"2023-11-14T22:13:30Z","head":"0000065000000000000000000000000000000065","user":"bob"}],"base":"0000000000000000000000000000000000000000","change":"pr-1","clearances":[],"commit":"0000001000000000000000000000000000000001","exceptions":[{"exception":"old-image","expires":"2026-03-01","policy":"image-registry","unit":"payments/a/cluster@staging"}],"policies":{"failed":0,"passed":9,"waived":1,"warnings":1},"previous":null,"pull":{"authors":["alice"],"branch":"topic-1","number":1},"releases":{"environment@1.1.0":"sha256:a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829"},"rendered":"e000001000000000000000000000000000000001","requests":["payments/a"],"sequence":1,"units":[{"after":"sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b","at":"2023-11-14T22:14:10Z","before":null,"objects":{"namespace.yaml":"created"},"outcome":"applied","plan":"sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","release":"environment@1.1.0","reviewed":null,"unit":"payments/a/cluster@staging"}]},"predicateType":"https://goldpath.dev/evidence/v1","subject":[{"digest":{"gitCommit":"0000001000000000000000000000000000000001"},"name":"commit"},{"digest":{"sha256":"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"},"name":"payments/a/cluster@staging"}]}"#);
    let pretty: serde_json::Value = serde_json::from_str(&payload(world.line(4))).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&pretty["subject"]).unwrap(), @r#"
    [
      {
        "digest": {
          "gitCommit": "0000004000000000000000000000000000000004"
        },
        "name": "commit"
      }
    ]
    "#);
}

#[test]
fn an_envelope_is_one_line_of_dsse() {
    let key = Key::of(1);
    let mut signed = Vec::new();
    let statement = statement(input(1, Vec::new()), None);
    let line = envelope(&statement, &key.public(), |bytes| {
        signed = bytes.to_vec();
        key.sign(bytes)
    });
    let payload = payload(&line);
    assert_eq!(String::from_utf8(signed).unwrap(), format!("DSSEv1 28 application/vnd.in-toto+json {} {payload}", payload.len()));
    let parts: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(parts["payloadType"], "application/vnd.in-toto+json");
    assert_eq!(parts["signatures"][0]["keyid"], key.public().id().hex());
    assert!(!line.contains('\n'));
    assert_eq!(line, envelope(&statement, &key.public(), |bytes| key.sign(bytes)), "the same again");
}

#[test]
fn canonical_json_is_that_of_rfc_8785() {
    let value = json!({
        "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    assert_snapshot!(canonical(&value).replace('\u{80}', "<80>").replace('\u{fb33}', "<fb33>"), @r#"{"\r":"Carriage Return","1":"One","<80>":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","<fb33>":"Hebrew Letter Dalet With Dagesh"}"#);
    let odd = json!({"b": [null, true, 12, -3, {}], "a": "\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}\u{2028}"});
    assert_snapshot!(canonical(&odd).replace('\u{7f}', "<7f>").replace('\u{2028}', "<2028>"), @r#"{"a":"€$\u000f\nA'B\"\\\\\"/<7f><2028>","b":[null,true,12,-3,{}]}"#);
}

#[test]
fn a_statement_with_fields_of_a_later_version_is_still_read() {
    let key = Key::of(1);
    let mut value = serde_json::to_value(statement(input(1, Vec::new()), None)).unwrap();
    value["predicate"]["later"] = json!({"more": 1});
    value["predicate"].as_object_mut().unwrap().remove("clearances");
    let read: Statement = serde_json::from_value(value).unwrap();
    assert_eq!(read, statement(input(1, Vec::new()), None));
    assert_ne!(key.public(), Key::of(2).public());
}

#[test]
fn the_chain_is_written_into_trailers_and_read_back() {
    let chain = Chain { length: 12, head: Digest::of(b"line") };
    assert_eq!(Chain::parse(&chain.to_string()), Some(chain));
    for bad in ["", "12", "x sha256:00", "12  sha256:00", "-1 sha256:00"] {
        assert_eq!(Chain::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn the_public_key_is_pem_and_weak_or_other_ones_are_refused() {
    let public = Key::of(1).public();
    assert_snapshot!(public.to_pem(), @"
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
    -----END PUBLIC KEY-----
    ");
    assert_eq!(PublicKey::from_pem(&format!("\n{}\n", public.to_pem())), Ok(public));
    assert_eq!(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"), Err(KeyError::Format));
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
}

#[test]
fn the_digest_of_a_folder_is_that_of_the_unit() {
    let path = |text: &str| RepoPath::parse(text).unwrap();
    let files = [("b/c.yaml", "two\n"), ("a.yaml", "one\n")];
    let of_unit = files.iter().map(|(name, text)| {
        let bytes = text.as_bytes();
        (path(name), RenderedFile { bytes: bytes.into(), digest: Digest::of(bytes), template: path("t.tera") })
    });
    let digest = Unit::digest_of(&of_unit.collect());
    let tree: Vec<(RepoPath, &[u8])> =
        files.iter().map(|(name, text)| (path(&format!("staging/payments/a/cluster/{name}")), text.as_bytes())).collect();
    let others: [(RepoPath, &[u8]); 3] = [(path("README.md"), b"x"), (path("staging/payments/a/cluster"), b"x"), (path("A/b/c/d/e"), b"x")];
    let all = tree.iter().chain(&others).map(|(path, bytes)| (path, *bytes));
    assert_eq!(folders(all), BTreeMap::from([(unit("a"), digest)]));
}
