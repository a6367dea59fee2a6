use super::*;

fn summary() -> Summary {
    Summary {
        id: crate::model::ChangeId::pull(7),
        title: "<script>alert(1)</script>\u{202e}".to_owned(),
        branch: Some("a<b".to_owned()),
        state: "held".to_owned(),
        line: "1 request → 2 files".to_owned(),
        head: None,
        landed: None,
        holds: vec![HoldSummary {
            id: "h-22222222".to_owned(),
            reason: "takes <away>".to_owned(),
            text: String::new(),
            from: "platform".to_owned(),
        }],
        seen: jiff::Timestamp::UNIX_EPOCH,
        updated: jiff::Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn what_people_write_is_inert() {
    for (hostile, wanted) in [
        ("<script>alert(1)</script>", ""),
        ("<img src=http://evil.example/x.png>", ""),
        ("![x](http://evil.example/x.png)", "<p></p>\n"),
        ("<p style=\"color:red\" onclick=\"x()\">a</p>", "<p>a</p>"),
        ("[x](javascript:alert(1))", "<p><a rel=\"noopener noreferrer nofollow\">x</a></p>\n"),
        ("[x](data:text/html,a)", "<p><a rel=\"noopener noreferrer nofollow\">x</a></p>\n"),
        ("<form action=/x><input></form>", ""),
        ("<details><summary>a", "<details><summary>a</summary></details>"),
    ] {
        let got = markdown(hostile);
        let safe = !["<script", "<img", "style=", "onclick", "javascript:", "data:", "<form", "<input"].iter().any(|bad| got.contains(bad));
        assert!(safe, "{hostile:?} gave {got:?}");
        if !wanted.is_empty() {
            assert_eq!(got, wanted, "{hostile:?}");
        }
    }
}

#[test]
fn a_diff_is_marked_and_its_content_is_literal() {
    insta::assert_snapshot!(markdown("```diff\n-a: <b>\n+a: </code>\n c\n```\n"), @r#"
    <pre><code><span class="removed">-a: &lt;b&gt;
    </span><span class="added">+a: &lt;/code&gt;
    </span> c
    </code></pre>
    "#);
}

#[test]
fn the_pages_need_no_script_and_no_inline_style() {
    let detail = Detail {
        summary: summary(),
        report: "### ⚠️ Held\n\n<details><summary>a</summary>\n\n```diff\n+a\n```\n\n</details>\n".to_owned(),
        everything: Everything::Shown("```diff\n+all of it\n```\n".to_owned()),
        remarks: vec![Remark { author: "<b>".to_owned(), at: jiff::Timestamp::UNIX_EPOCH, text: "</article></main>".to_owned() }],
    };
    for page in [changes(&[summary()]), changes(&[]), change(&detail), problem("No such <change>", "look again")] {
        assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("\u{202e}"), "{page}");
        assert_eq!(page.matches("</main>").count(), 1, "{page}");
    }
    let page = change(&detail);
    assert!(page.contains("goldpath change approve pr-7 h-22222222"), "{page}");
    assert!(page.contains("<details><summary>a</summary>"), "{page}");
    assert!(page.contains("href=\"#everything\"") && page.contains("+all of it"), "{page}");
}

#[test]
fn the_page_says_where_everything_is_and_what_clears_a_refusal() {
    let refused = HoldSummary { from: String::new(), ..summary().holds.remove(0) };
    let commit = |letter: &str| CommitId::parse(&letter.repeat(40));
    let detail = Detail {
        summary: Summary { holds: vec![refused], title: "a\u{3164}b\u{e0041}".to_owned(), ..summary() },
        report: "Not all of it is shown here: [everything](x).\n".to_owned(),
        everything: Everything::Forgotten { base: commit("b"), head: commit("a") },
        remarks: Vec::new(),
    };
    let page = change(&detail);
    assert!(page.contains("goldpath diff bbbbbbb..aaaaaaa") && page.contains("a\u{fffd}b\u{fffd}"), "{page}");
    assert!(page.contains("no approval clears it") && !page.contains("goldpath change approve"), "{page}");
    let said = change(&Detail { everything: Everything::Said, ..detail });
    assert!(!said.contains("Everything that changes"), "{said}");
}
