//! Functions that policies call, in the place of the engine's own where these answer other than OPA, or end the process: patterns of text,
//! versions, sums, parts of objects and texts.

mod glob;
mod objects;
mod patterns;
mod regex;
mod sum;
mod texts;
mod version;

use anyhow::{Result, bail};
use regorus::unstable::BUILTINS;
use regorus::{Engine, Value};

/// A function over its values; the engine adds where it was called to what it says.
type Function = fn(&[Value]) -> Result<Value>;

/// Each with how many values it takes.
const ALL: [(&str, u8, Function); 20] = [
    ("glob.match", 3, glob::matches),
    ("glob.quote_meta", 1, glob::quoted),
    ("indexof", 2, texts::index),
    ("json.filter", 2, objects::with),
    ("json.remove", 2, objects::without),
    ("object.subset", 2, objects::subset),
    ("regex.find_all_string_submatch_n", 3, regex::find_groups),
    ("regex.find_n", 3, regex::find),
    ("regex.is_valid", 1, regex::is_valid),
    ("regex.match", 2, regex::matches),
    ("regex.replace", 3, regex::replace),
    ("regex.split", 2, regex::split),
    ("regex.template_match", 4, regex::matches_template),
    ("semver.compare", 2, version::compare),
    ("semver.is_valid", 1, version::is_valid),
    ("split", 2, texts::split),
    ("strings.count", 2, texts::count),
    ("strings.replace_n", 2, texts::replace),
    ("sum", 1, sum::sum),
    ("to_number", 1, texts::number),
];

/// How many values a function takes that the engine has, or that is put in its place.
pub(super) fn values(name: &str) -> Option<u8> {
    let own = ALL.iter().find(|(known, ..)| *known == name).map(|(_, values, _)| *values);
    own.or_else(|| BUILTINS.get(name).map(|(_, values)| *values))
}

/// What all of these are called.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, ..)| *name).chain(BUILTINS.keys().copied()).filter(|name| !name.starts_with('_'))
}

/// Puts them in the place of the engine's own.
pub(super) fn add(engine: &mut Engine) {
    for (name, values, function) in ALL {
        let call = move |given: Vec<Value>| function(&given);
        engine.add_extension(name.to_owned(), values, Box::new(call)).expect("each is there once");
    }
}

/// A value that has to be text.
fn text<'v>(function: &str, value: &'v Value) -> Result<&'v str> {
    match value.as_string() {
        Ok(text) => Ok(text),
        Err(_) => bail!("`{function}` expects string argument. Got `{value}` instead"),
    }
}

/// How many are wanted: all, where it is below zero.
fn most(function: &str, value: &Value) -> Result<usize> {
    match value.as_i64() {
        Ok(most) => Ok(usize::try_from(most).unwrap_or(usize::MAX)),
        Err(_) => bail!("`{function}` expects a whole number. Got `{value}` instead"),
    }
}

#[cfg(test)]
mod tests {
    /// What an expression gives, or what goes wrong.
    fn given(expression: &str) -> String {
        let mut engine = super::super::compile::engine();
        engine.add_policy("a.rego".to_owned(), format!("package a\n\nx := {expression}\n")).unwrap();
        match engine.eval_rule("data.a.x".to_owned()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string().rsplit_once("error: ").map_or_else(|| error.to_string(), |(_, said)| said.to_owned()),
        }
    }

    fn table(expressions: &[&str]) -> String {
        expressions.iter().map(|expression| format!("{expression}  {}\n", given(expression))).collect()
    }

    #[test]
    fn globs_are_those_of_opa() {
        insta::assert_snapshot!(table(&[
            r#"glob.match("*.example.org", ["."], "a.example.org")"#,
            r#"glob.match("*.example.org", ["."], "a.b.example.org")"#,
            r#"glob.match("*.example.org", [], "a.b.example.org")"#,
            r#"glob.match("*.example.org", null, "a.b.example.org")"#,
            r#"glob.match("**.example.org", ["."], "a.b.example.org")"#,
            r#"glob.match("**/hello:**", ["/"], "registry.example.org/shop/hello:1.0.0")"#,
            r#"glob.match("**:1.0.0", ["/"], "registry.example.org/shop/hello:1.0.0")"#,
            r#"glob.match("system:serviceaccount:shop:*", [":"], "system:serviceaccount:shop:kube:admin")"#,
            r#"glob.match("system:serviceaccount:shop:*", [":"], "system:serviceaccount:shop:kube")"#,
            r#"glob.match("a/**/c", ["/"], "a/c")"#,
            r#"glob.match("a/**/c", ["/"], "a/b/b/c")"#,
            r#"glob.match("a?c", ["/"], "a/c")"#,
            r#"glob.match("{a,b*}c", ["."], "bxc")"#,
            r#"glob.match("{a,{b,}c}d", ["."], "cd")"#,
            r#"glob.match("[!a]bc", [], "abc")"#,
            r#"glob.match("[a-c]x[.+]", [], "bx.")"#,
            r#"glob.match("a\\*\\", [], "a*")"#,
            r#"glob.match("a,b}(.)", [], "a,b}(.)")"#,
            r#"glob.match("[a-cx]", [], "a")"#,
            r#"glob.match("[]", [], "a")"#,
            r#"glob.match("a", ["::"], "a")"#,
            r#"glob.match("a", ".", "a")"#,
            r#"glob.match(1, ["."], "a")"#,
            r#"glob.quote_meta("*.{a}[b]?\\")"#,
        ]), @r#"
        glob.match("*.example.org", ["."], "a.example.org")  true
        glob.match("*.example.org", ["."], "a.b.example.org")  false
        glob.match("*.example.org", [], "a.b.example.org")  false
        glob.match("*.example.org", null, "a.b.example.org")  true
        glob.match("**.example.org", ["."], "a.b.example.org")  true
        glob.match("**/hello:**", ["/"], "registry.example.org/shop/hello:1.0.0")  true
        glob.match("**:1.0.0", ["/"], "registry.example.org/shop/hello:1.0.0")  true
        glob.match("system:serviceaccount:shop:*", [":"], "system:serviceaccount:shop:kube:admin")  false
        glob.match("system:serviceaccount:shop:*", [":"], "system:serviceaccount:shop:kube")  true
        glob.match("a/**/c", ["/"], "a/c")  false
        glob.match("a/**/c", ["/"], "a/b/b/c")  true
        glob.match("a?c", ["/"], "a/c")  false
        glob.match("{a,b*}c", ["."], "bxc")  true
        glob.match("{a,{b,}c}d", ["."], "cd")  true
        glob.match("[!a]bc", [], "abc")  false
        glob.match("[a-c]x[.+]", [], "bx.")  true
        glob.match("a\\*\\", [], "a*")  true
        glob.match("a,b}(.)", [], "a,b}(.)")  true
        glob.match("[a-cx]", [], "a")  invalid glob: a range such as `[a-z]` stands by itself
        glob.match("[]", [], "a")  invalid glob: `[` has no letters, or no end
        glob.match("a", ["::"], "a")  delimiters must be single character
        glob.match("a", ".", "a")  `glob.match` requires string array. Got `"."` instead
        glob.match(1, ["."], "a")  `glob.match` expects string argument. Got `1` instead
        glob.quote_meta("*.{a}[b]?\\")  "\\*.\\{a\\}\\[b\\]\\?\\\\"
        "#);
    }

    #[test]
    fn classes_of_regular_expressions_are_ascii() {
        insta::assert_snapshot!(table(&[
            r#"regex.match(`^[\w.-]+$`, "pаyments-é")"#,
            r#"regex.match(`^[\w.-]+$`, "payments-e")"#,
            r#"regex.match(`^\w+$`, "é")"#,
            r#"regex.match(`^v\d+$`, "v٣")"#,
            r#"regex.match(`^[^\D]+$`, "٣")"#,
            r#"regex.match(`^\S$`, "\u00a0")"#,
            r#"regex.match(`é\b`, "é")"#,
            r#"regex.match(`\bab\b`, "éab ")"#,
            r#"regex.match(`^(?i)STRASSE|É$`, "é")"#,
            r#"regex.match(`^.$`, "é")"#,
            r#"regex.match(`^[a&&b]+$`, "a&b")"#,
            r#"regex.match(`^[[a]+$`, "[a")"#,
            r#"regex.match(`^[]a-]+$`, "]-a")"#,
            r#"regex.match(`^[\x41-\x{43}[:digit:]\pL\]]+$`, "ABC1é]")"#,
            r#"regex.match(`^\<a\>\Q.*\E$`, "<a>.*")"#,
            r#"regex.match(`^a{b}{,2}$`, "a{b}{,2}")"#,
            r#"regex.match(`^a{2}$`, "aa")"#,
            r#"regex.match(`(?x)a b`, "ab")"#,
            r#"regex.match(`a(`, "ab")"#,
            r#"regex.match(`[b-a]`, "ab")"#,
            r#"regex.match(`((a{0,1000}){0,1000}){0,1000}`, "ab")"#,
            r#"regex.match("a", 1)"#,
            r#"regex.is_valid(`[a`)"#,
            r#"regex.is_valid(`a{1001}`)"#,
            r#"regex.is_valid(`\d`)"#,
            r#"regex.is_valid(1)"#,
        ]), @r#"
        regex.match(`^[\w.-]+$`, "pаyments-é")  false
        regex.match(`^[\w.-]+$`, "payments-e")  true
        regex.match(`^\w+$`, "é")  false
        regex.match(`^v\d+$`, "v٣")  false
        regex.match(`^[^\D]+$`, "٣")  false
        regex.match(`^\S$`, "\u00a0")  true
        regex.match(`é\b`, "é")  false
        regex.match(`\bab\b`, "éab ")  true
        regex.match(`^(?i)STRASSE|É$`, "é")  true
        regex.match(`^.$`, "é")  true
        regex.match(`^[a&&b]+$`, "a&b")  true
        regex.match(`^[[a]+$`, "[a")  true
        regex.match(`^[]a-]+$`, "]-a")  true
        regex.match(`^[\x41-\x{43}[:digit:]\pL\]]+$`, "ABC1é]")  true
        regex.match(`^\<a\>\Q.*\E$`, "<a>.*")  true
        regex.match(`^a{b}{,2}$`, "a{b}{,2}")  true
        regex.match(`^a{2}$`, "aa")  true
        regex.match(`(?x)a b`, "ab")  invalid regex
        regex.match(`a(`, "ab")  invalid regex
        regex.match(`[b-a]`, "ab")  invalid regex
        regex.match(`((a{0,1000}){0,1000}){0,1000}`, "ab")  compiled regex exceeded size limit
        regex.match("a", 1)  `regex.match` expects string argument. Got `1` instead
        regex.is_valid(`[a`)  false
        regex.is_valid(`a{1001}`)  false
        regex.is_valid(`\d`)  true
        regex.is_valid(1)  false
        "#);
    }

    #[test]
    fn regular_expressions_are_those_of_go() {
        let good =
            r"a?? a{2}? ^* \b+ (?:a*)* a{,2}* \0 \07 \08 \101 \12345 [\101] \p{Greek} \p{^Greek} \P{^L} \pN \x{D800} [a\x{D800}] a|b*";
        let bad = r"a** a+* a??? a+?* a{2}{3} a{2}* a*{2} (a**) [[:foo:]] [[:^foo:]] \p{sc=Greek} \p{gc=L} \1 \8 \18 \x{110000} |* (*a)";
        let answers = |all: &str| {
            let one = |pattern: &str| format!("{pattern} {}\n", given(&format!("regex.is_valid(`{pattern}`)")));
            all.split(' ').map(one).collect::<String>()
        };
        assert_eq!(answers(good), good.split(' ').map(|pattern| format!("{pattern} true\n")).collect::<String>());
        assert_eq!(answers(bad), bad.split(' ').map(|pattern| format!("{pattern} false\n")).collect::<String>());
        insta::assert_snapshot!(table(&[
            r#"regex.match(`^\101\0$`, "A\u0000")"#,
            r#"regex.match(`^\12345$`, "S45")"#,
            r#"regex.match(`^[\p{^Greek}]$`, "a")"#,
            r#"regex.match(`^\P{^Greek}$`, "a")"#,
            r#"regex.match(`\x{D800}`, "a")"#,
            r#"regex.match(`^[a\x{D800}]$`, "a")"#,
            r#"regex.match(`^a{2,3}?b{2}$`, "aaabb")"#,
        ]), @r#"
        regex.match(`^\101\0$`, "A\u0000")  true
        regex.match(`^\12345$`, "S45")  true
        regex.match(`^[\p{^Greek}]$`, "a")  true
        regex.match(`^\P{^Greek}$`, "a")  false
        regex.match(`\x{D800}`, "a")  false
        regex.match(`^[a\x{D800}]$`, "a")  true
        regex.match(`^a{2,3}?b{2}$`, "aaabb")  true
        "#);
    }

    #[test]
    fn texts_are_taken_apart_as_by_opa() {
        insta::assert_snapshot!(table(&[
            r#"regex.find_n(`[a-z]+`, "abc def ghi", 2)"#,
            r#"regex.find_n(`a*`, "baaac", -1)"#,
            r#"regex.find_n(`a`, "aaa", 0)"#,
            r#"regex.find_all_string_submatch_n(`([a-z]+)(:(\d))?`, "a:1 b", -1)"#,
            r#"regex.split(`/`, "a/b//")"#,
            r#"regex.split(``, "abc")"#,
            r#"regex.split(`a*`, "abaabaccadaaae")"#,
            r#"regex.split(`,`, "")"#,
            r#"regex.replace("foobar", `(o+)`, "<$1>")"#,
            r#"regex.replace("foobar", `(`, "x")"#,
            r#"regex.template_match("urn:foo:{.*}", "urn:foo:bar:baz", "{", "}")"#,
            r#"regex.template_match("urn:{[a-z]*}o.b", "urn:foo.b", "{", "}")"#,
            r#"regex.template_match("urn:{a", "urn:a", "{", "}")"#,
        ]), @r#"
        regex.find_n(`[a-z]+`, "abc def ghi", 2)  ["abc","def"]
        regex.find_n(`a*`, "baaac", -1)  ["","aaa",""]
        regex.find_n(`a`, "aaa", 0)  []
        regex.find_all_string_submatch_n(`([a-z]+)(:(\d))?`, "a:1 b", -1)  [["a:1","a",":1","1"],["b","b","",""]]
        regex.split(`/`, "a/b//")  ["a","b","",""]
        regex.split(``, "abc")  ["a","b","c"]
        regex.split(`a*`, "abaabaccadaaae")  ["","b","b","c","c","d","e"]
        regex.split(`,`, "")  [""]
        regex.replace("foobar", `(o+)`, "<$1>")  "f<oo>bar"
        regex.replace("foobar", `(`, "x")  invalid regex
        regex.template_match("urn:foo:{.*}", "urn:foo:bar:baz", "{", "}")  true
        regex.template_match("urn:{[a-z]*}o.b", "urn:foo.b", "{", "}")  true
        regex.template_match("urn:{a", "urn:a", "{", "}")  `regex.template_match` has delimiters that do not fit
        "#);
    }

    #[test]
    fn parts_of_objects_are_those_of_opa() {
        insta::assert_snapshot!(table(&[
            r#"object.subset([1, 2], [])"#,
            r#"object.subset([1, 2, 3], [2, 3])"#,
            r#"object.subset([1, 2, 3], [1, 3])"#,
            r#"object.subset([1, 2, 3], {3, 1})"#,
            r#"object.subset([], {1})"#,
            r#"object.subset({"a": {"b": [1, 2], "c": {1, 2}}}, {"a": {"b": [2], "c": {1}}})"#,
            r#"object.subset({"a": [1, 2]}, {"a": {1}})"#,
            r#"object.subset({1}, [1])"#,
            r#"json.remove({"m": {"a.io/n": 1}}, ["m/a.io~1n"])"#,
            r#"json.remove({"m": {"a": "text", "b": 1}}, ["m/a/x"])"#,
            r#"json.remove({"m": 1, "": {"x": 2}}, ["/gone/x", "/m"])"#,
            r#"json.remove({"m": [1, 2, 3]}, ["m/0", ["m", 1], ["m", "2"]])"#,
            r#"json.remove({"m": 1}, [""])"#,
            r#"json.remove({"m": {"a": 1}}, ["m/a", "m"])"#,
            r#"json.remove({"m": {"a": 1}}, ["m", "m/a"])"#,
            r#"json.remove({"m": {1, 2}}, [["m", 1]])"#,
            r#"json.remove({"m": 1}, "m")"#,
            r#"json.filter({"m": {"a": 1, "b": 2}}, ["/m/a"])"#,
            r#"json.filter({"m": {"a": 1, "b": 2}}, ["m/a/x"])"#,
            r#"json.filter({"m": {"a": 1, "b": 2}, "n": 1}, [""])"#,
            r#"json.filter({"m": [1, 2, 3]}, ["m/0", "m/2/x"])"#,
            r#"json.filter({"m": {1, 2}}, [["m", 1]])"#,
            r#"json.filter({"m": 1, "n": 2}, {"m", "x/y"})"#,
        ]), @r#"
        object.subset([1, 2], [])  true
        object.subset([1, 2, 3], [2, 3])  true
        object.subset([1, 2, 3], [1, 3])  false
        object.subset([1, 2, 3], {3, 1})  true
        object.subset([], {1})  false
        object.subset({"a": {"b": [1, 2], "c": {1, 2}}}, {"a": {"b": [2], "c": {1}}})  true
        object.subset({"a": [1, 2]}, {"a": {1}})  false
        object.subset({1}, [1])  `object.subset` takes two objects, two arrays, two sets, or an array and a set
        json.remove({"m": {"a.io/n": 1}}, ["m/a.io~1n"])  {"m":{}}
        json.remove({"m": {"a": "text", "b": 1}}, ["m/a/x"])  {"m":{"a":"text","b":1}}
        json.remove({"m": 1, "": {"x": 2}}, ["/gone/x", "/m"])  {"":{"x":2}}
        json.remove({"m": [1, 2, 3]}, ["m/0", ["m", 1], ["m", "2"]])  {"m":[2]}
        json.remove({"m": 1}, [""])  {"m":1}
        json.remove({"m": {"a": 1}}, ["m/a", "m"])  {}
        json.remove({"m": {"a": 1}}, ["m", "m/a"])  {}
        json.remove({"m": {1, 2}}, [["m", 1]])  {"m":[2]}
        json.remove({"m": 1}, "m")  `json.remove` expects a set or an array of paths. Got `"m"` instead
        json.filter({"m": {"a": 1, "b": 2}}, ["/m/a"])  {"m":{"a":1}}
        json.filter({"m": {"a": 1, "b": 2}}, ["m/a/x"])  {"m":{"a":1}}
        json.filter({"m": {"a": 1, "b": 2}, "n": 1}, [""])  {}
        json.filter({"m": [1, 2, 3]}, ["m/0", "m/2/x"])  {"m":[1,3]}
        json.filter({"m": {1, 2}}, [["m", 1]])  {"m":[1]}
        json.filter({"m": 1, "n": 2}, {"m", "x/y"})  {"m":1}
        "#);
    }

    #[test]
    fn texts_are_counted_and_read_as_by_opa() {
        insta::assert_snapshot!(table(&[
            r#"strings.count("abc", "")"#,
            r#"strings.count("", "")"#,
            r#"strings.count("aaa", "aa")"#,
            r#"split("", "")"#,
            r#"split("aéb", "")"#,
            r#"split("", "/")"#,
            r#"split("a/b/", "/")"#,
            r#"split(null, "/")"#,
            r#"indexof("aébc", "c")"#,
            r#"indexof("abc", "d")"#,
            r#"indexof("abc", "")"#,
            r#"strings.replace_n({"<": "&lt;", "&": "&amp;"}, "<a>")"#,
            r#"strings.replace_n({"a": "b", "ab": "x"}, "abab")"#,
            r#"strings.replace_n({"": "-"}, "ab")"#,
            r#"to_number("1e3")"#,
            r#"to_number("-1.5")"#,
            r#"to_number(" 1")"#,
            r#"to_number("1 ")"#,
            r#"to_number("+1")"#,
            r#"to_number("01")"#,
            r#"to_number(".5")"#,
            r#"to_number("1.")"#,
            r#"to_number("")"#,
            r#"to_number(null)"#,
            r#"to_number(true)"#,
            r#"to_number([])"#,
        ]), @r#"
        strings.count("abc", "")  4
        strings.count("", "")  1
        strings.count("aaa", "aa")  1
        split("", "")  []
        split("aéb", "")  ["a","é","b"]
        split("", "/")  [""]
        split("a/b/", "/")  ["a","b",""]
        split(null, "/")  `split` expects string argument. Got `null` instead
        indexof("aébc", "c")  3
        indexof("abc", "d")  -1
        indexof("abc", "")  `indexof` looks for an empty text
        strings.replace_n({"<": "&lt;", "&": "&amp;"}, "<a>")  "&lt;a>"
        strings.replace_n({"a": "b", "ab": "x"}, "abab")  "bbbb"
        strings.replace_n({"": "-"}, "ab")  "-a-b-"
        to_number("1e3")  1000
        to_number("-1.5")  -1.5
        to_number(" 1")  `to_number` expects a number, a text of one, `true`, `false` or null. Got `" 1"` instead
        to_number("1 ")  `to_number` expects a number, a text of one, `true`, `false` or null. Got `"1 "` instead
        to_number("+1")  `to_number` expects a number, a text of one, `true`, `false` or null. Got `"+1"` instead
        to_number("01")  `to_number` expects a number as JSON has them. Got `01` instead
        to_number(".5")  `to_number` expects a number, a text of one, `true`, `false` or null. Got `".5"` instead
        to_number("1.")  `to_number` expects a number as JSON has them. Got `1.` instead
        to_number("")  `to_number` expects a number, a text of one, `true`, `false` or null. Got `""` instead
        to_number(null)  0
        to_number(true)  1
        to_number([])  `to_number` expects a number, a text of one, `true`, `false` or null. Got `[]` instead
        "#);
    }

    #[test]
    fn versions_and_sums_are_those_of_opa() {
        insta::assert_snapshot!(table(&[
            r#"semver.is_valid("1.02.0")"#,
            r#"semver.is_valid("1.2")"#,
            r#"semver.is_valid("1.2.3-rc.1+b")"#,
            r#"semver.is_valid("1.2.3-")"#,
            r#"semver.is_valid("1.2.3-a..b")"#,
            r#"semver.is_valid("1.2.3.4")"#,
            r#"semver.is_valid(1)"#,
            r#"semver.compare("1.2.3", "1.10.0")"#,
            r#"semver.compare("1.0.0", "1.0.0-rc.1")"#,
            r#"semver.compare("1.0.0-rc.2", "1.0.0-rc.10")"#,
            r#"semver.compare("1.0.0-1", "1.0.0-a")"#,
            r#"semver.compare("1.0.0-a", "1.0.0-a.b")"#,
            r#"semver.compare("1.02.0+a", "1.2.0+b")"#,
            r#"semver.compare("1.0", "1.0.0")"#,
            r#"sum([])"#,
            r#"sum([1, 2])"#,
            r#"sum({0.1, 0.2})"#,
            r#"sum([units.parse("100m"), units.parse("700m")]) >= units.parse("800m")"#,
            r#"sum([0.5, -1.25, 1e3])"#,
            r#"sum([9007199254740993, 1])"#,
            r#"sum([123456789012345678901234567890, 1])"#,
            r#"sum([1, "a"])"#,
            r#"sum("a")"#,
        ]), @r#"
        semver.is_valid("1.02.0")  true
        semver.is_valid("1.2")  false
        semver.is_valid("1.2.3-rc.1+b")  true
        semver.is_valid("1.2.3-")  true
        semver.is_valid("1.2.3-a..b")  false
        semver.is_valid("1.2.3.4")  false
        semver.is_valid(1)  false
        semver.compare("1.2.3", "1.10.0")  -1
        semver.compare("1.0.0", "1.0.0-rc.1")  1
        semver.compare("1.0.0-rc.2", "1.0.0-rc.10")  -1
        semver.compare("1.0.0-1", "1.0.0-a")  -1
        semver.compare("1.0.0-a", "1.0.0-a.b")  -1
        semver.compare("1.02.0+a", "1.2.0+b")  0
        semver.compare("1.0", "1.0.0")  invalid semver
        sum([])  0
        sum([1, 2])  3
        sum({0.1, 0.2})  0.3
        sum([units.parse("100m"), units.parse("700m")]) >= units.parse("800m")  true
        sum([0.5, -1.25, 1e3])  999.25
        sum([9007199254740993, 1])  9007199254740994
        sum([123456789012345678901234567890, 1])  1.2345678901234568e+29
        sum([1, "a"])  `sum` requires numeric argument. Got `"a"` instead
        sum("a")  `sum` requires array/set argument
        "#);
    }
}
