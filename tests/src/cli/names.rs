//! Names that do not exist and values out of range: exit code 2, with what would be right.

use std::time::Duration;

use super::{Folder, dream, imagine, plain, style};

#[test]
fn a_name_that_does_not_exist_is_refused_with_the_nearest() {
    let folder = Folder::new();
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            dream(&["--layer", "relu2_9"]),
            &["relu2_9", "did you mean relu2_1", "pool2"],
        ),
        (
            imagine(&["--layer", "rleu2_1"]),
            &["rleu2_1", "did you mean relu2_1"],
        ),
        (
            style(&[
                "--set",
                r#"style_layers=["relu2_8"]"#,
                "--set",
                "layer_weights=[1.0]",
            ]),
            &["relu2_8", "did you mean relu2_"],
        ),
        (
            style(&["--set", r#"content_layers=["conv7"]"#]),
            &["conv7", "relu1_1"],
        ),
        (
            style(&["--preset", "gaty"]),
            &["gaty", "did you mean gatys", "johnson"],
        ),
        (
            dream(&["--preset", "deepdraem"]),
            &["deepdraem", "did you mean deepdream"],
        ),
        (
            imagine(&["--preset", "canal"]),
            &["canal", "there are channel"],
        ),
        (
            style(&["--net", "vgg-mni"]),
            &["vgg-mni", "did you mean vgg-mini", "vgg16-hed"],
        ),
        (dream(&["--net", "nonsense"]), &["nonsense", "vgg16-hed"]),
        (
            style(&["--set", "tv_wieght=0.5"]),
            &["tv_wieght", "did you mean tv_weight"],
        ),
        (
            imagine(&["--set", "octavs=2"]),
            &["octavs", "did you mean octaves"],
        ),
        (
            plain(&["weights", "path", "vgg91"]),
            &["vgg91", "did you mean vgg"],
        ),
        (
            plain(&["weights", "verify", "vgg-19"]),
            &["vgg-19", "did you mean vgg19"],
        ),
    ];
    folder.all_refused(2, cases);
}

#[test]
fn a_value_out_of_range_is_refused_with_its_limit() {
    let folder = Folder::new();
    let cases: &[(Vec<String>, &[&str])] = &[
        (style(&["--size", "0"]), &["size is 0", "at least 1"]),
        (dream(&["--size", "0"]), &["size is 0", "at least 1"]),
        (imagine(&["--size", "0"]), &["size is 0", "at least 1"]),
        (style(&["--steps", "0"]), &["steps is 0", "at least 1"]),
        (dream(&["--steps", "0"]), &["steps is 0", "at least 1"]),
        (style(&["--rate", "nan"]), &["rate is NaN", "above 0"]),
        (dream(&["--rate", "nan"]), &["rate is NaN", "above 0"]),
        (style(&["--rate", "inf"]), &["rate is inf", "above 0"]),
        (style(&["--rate", "-1"]), &["rate is -1", "above 0"]),
        (style(&["--rate=-1"]), &["rate is -1", "above 0"]),
        (
            style(&["--strength", "nan"]),
            &["strength is NaN", "0 or a number above 0"],
        ),
        (
            style(&["--strength=-2"]),
            &["strength is -2", "0 or a number above 0"],
        ),
        (
            style(&["--style-scale", "0"]),
            &["style-scale is 0", "above 0"],
        ),
        (dream(&["--octaves", "0"]), &["octaves is 0", "at least 1"]),
        (
            dream(&["--octave-scale", "1"]),
            &["octave-scale is 1", "above 1"],
        ),
        (dream(&["--decay", "nan"]), &["decay is NaN"]),
        (dream(&["--blur=-1"]), &["blur is -1"]),
        (style(&["--set", "growth=1"]), &["growth is 1", "above 1"]),
        (
            style(&["--set", "layer_weights=[1.0]"]),
            &["layer-weights is 1 long", "style-layers"],
        ),
    ];
    folder.all_refused(2, cases);
}

#[test]
fn a_value_that_is_none_of_the_choices_is_refused_with_the_choices() {
    let folder = Folder::new();
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            style(&["--colour", "pink"]),
            &["colour", "pink", "chroma", "histogram"],
        ),
        (
            style(&["--init", "middle"]),
            &["init", "middle", "content", "noise"],
        ),
        (
            style(&["--optimizer", "sgd"]),
            &["optimizer", "sgd", "lbfgs", "adam"],
        ),
        (
            style(&["--set", "pooling=sum"]),
            &["pooling", "sum", "max", "average"],
        ),
        (style(&["--set", "history=many"]), &["history", "many"]),
    ];
    folder.all_refused(2, cases);
}

#[test]
fn styles_need_weights_of_zero_or_above_and_one_above() {
    let folder = Folder::new();
    folder.refused(
        2,
        &style(&["--style", "a.png:-1"]),
        &["a.png:-1", "0 or above"],
    );
    folder.refused(
        2,
        &style(&["--style", "a.png:nan"]),
        &["a.png:nan", "0 or above"],
    );
    folder.refused(2, &style(&["--style", "b.png:0"]), &["sum to 0"]);
    let both = style(&["--style", "b.png:0", "--style", "c.png:0"]);
    folder.refused(2, &both, &["weights of the styles sum to 0"]);
}

#[test]
fn a_channel_beyond_the_last_and_a_sheet_too_small_are_refused_with_the_numbers() {
    let folder = Folder::new();
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            imagine(&["--channel", "4"]),
            &["relu2_1", "channels 0 to 3", "no channel 4"],
        ),
        (
            imagine(&["--channel", "0-9"]),
            &["relu2_1", "channels 0 to 3"],
        ),
        (
            dream(&["--channel", "99"]),
            &["relu2_1", "channels 0 to 3", "no channel 99"],
        ),
        (
            imagine(&["--channel", "0-3", "--sheet", "3x1"]),
            &["3x1", "no room for 4"],
        ),
    ];
    folder.all_refused(2, cases);
    let wide = folder.refused(2, &imagine(&["--channel", "0-4000000000"]), &["0 to 3"]);
    assert!(wide.len() < 200, "{wide}");
}

#[test]
fn what_the_command_line_cannot_read_is_refused_with_the_right_form() {
    let folder = Folder::new();
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            style(&["--backend", "nonsense"]),
            &["nonsense", "flex", "wgpu"],
        ),
        (style(&["--size", "big"]), &["big", "--size"]),
        (style(&["--threads", "0"]), &["--threads", "0"]),
        (style(&["--bits", "12"]), &["8 or 16"]),
        (
            style(&["--time-budget", "0"]),
            &["--time-budget", "above 0"],
        ),
        (
            style(&["--time-budget", "nan"]),
            &["--time-budget", "above 0"],
        ),
        (style(&["--save-every", "0"]), &["--save-every"]),
        (imagine(&["--channel", "5-3"]), &["5-3", "0-15"]),
        (imagine(&["--sheet", "4"]), &["--sheet", "4x4"]),
        (imagine(&["--sheet", "0x4"]), &["--sheet", "4x4"]),
        (style(&["--quiet", "--verbose"]), &["--quiet", "--verbose"]),
        (style(&["--frobnicate"]), &["--frobnicate"]),
        (plain(&["style", "-o", "x.png"]), &["--content", "--style"]),
        (plain(&["dream", "a.png"]), &["--out"]),
        (plain(&["styl"]), &["styl", "style"]),
    ];
    for (args, facts) in cases {
        folder.misused(args, facts);
    }
}

#[test]
fn a_settings_file_that_cannot_be_used_is_refused_by_name() {
    let folder = Folder::new();
    folder.write("key.toml", "tv_wieght = 0.5\n");
    folder.write("syntax.toml", "steps = = 3\n");
    folder.write("kind.toml", "steps = \"many\"\n");
    folder.write("range.toml", "tv_weight = -0.5\n");
    folder.write("picture.toml", folder.read("a.png"));
    let cases: &[(&str, &[&str])] = &[
        (
            "key.toml",
            &["key.toml", "tv_wieght", "did you mean tv_weight"],
        ),
        ("syntax.toml", &["syntax.toml", "not valid TOML"]),
        (
            "range.toml",
            &["tv-weight is -0.5", "0 or a number above 0"],
        ),
        ("picture.toml", &["picture.toml"]),
        ("absent.toml", &["absent.toml"]),
    ];
    for (file, facts) in cases {
        folder.refused(2, &style(&["--config", file]), facts);
    }
    // The flag would go over the file's value.
    let kind: Vec<String> = plain(&[
        "style",
        "--content",
        "a.png",
        "--style",
        "b.png",
        "--config",
        "kind.toml",
        "-o",
        "x.png",
    ]);
    folder.refused(2, &kind, &["steps", "many"]);
    folder.refused(
        2,
        &style(&["--set", "steps"]),
        &["--set steps", "key=value"],
    );
}

#[test]
fn more_threads_than_any_machine_has_do_not_hang() {
    let folder = Folder::new();
    let done = folder
        .run(&style(&["--threads", "65535"]))
        .timeout(Duration::from_secs(30))
        .ok();
    let code = done.map_or_else(
        |error| error.as_output().and_then(|o| o.status.code()),
        |_| Some(0),
    );
    assert!(matches!(code, Some(0 | 2)), "done or refused, not {code:?}");
}

#[test]
fn a_tour_section_that_does_not_exist_is_refused_with_those_that_do() {
    let folder = Folder::new();
    folder.refused(
        2,
        &plain(&["tour", "--only", "sytle"]),
        &["sytle", "style", "dream"],
    );
}
