//! A SoundFont for tests, as none may be shipped.

/// The smallest SoundFont: one instrument that plays a looped sine wave of 441 Hz.
pub(super) fn minimal() -> Vec<u8> {
    let chunk = |name: &[u8], content: &[u8]| {
        [name, &(content.len() as u32).to_le_bytes(), content].concat()
    };
    let name = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(20, 0);
        bytes
    };
    let words = |values: &[u16]| {
        values
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let longs = |values: &[u32]| {
        values
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let wave = (0..1_000).map(|at| {
        let sample = (std::f64::consts::TAU * f64::from(at) / 100.0).sin() * 20_000.0;
        (sample as i16).to_le_bytes()
    });
    let mut samples: Vec<u8> = wave.flatten().collect();
    samples.resize(2 * (1_000 + 46), 0);
    let preset = |text, bag| [name(text), words(&[0, 0, bag]), longs(&[0, 0, 0])].concat();
    let instrument = |text, bag| [name(text), words(&[bag])].concat();
    let sample = |text, end, rate| {
        let start_and_loop = longs(&[0, end, 100, end - end / 10, rate]);
        [name(text), start_and_loop, vec![69, 0], words(&[0, 1])].concat()
    };
    // Generators: 41 instrument, 54 loop continuously, 53 sample.
    let pdta = [
        b"pdta".to_vec(),
        chunk(b"phdr", &[preset("Sine", 0), preset("EOP", 1)].concat()),
        chunk(b"pbag", &words(&[0, 0, 1, 0])),
        chunk(b"pmod", &[0; 10]),
        chunk(b"pgen", &words(&[41, 0, 0, 0])),
        chunk(
            b"inst",
            &[instrument("Sine", 0), instrument("EOI", 1)].concat(),
        ),
        chunk(b"ibag", &words(&[0, 0, 2, 0])),
        chunk(b"imod", &[0; 10]),
        chunk(b"igen", &words(&[54, 1, 53, 0, 0, 0])),
        chunk(
            b"shdr",
            &[sample("Sine", 1_000, 44_100), sample("EOS", 0, 0)].concat(),
        ),
    ];
    let info = [
        b"INFO".to_vec(),
        chunk(b"ifil", &words(&[2, 1])),
        chunk(b"INAM", b"Small\0"),
    ];
    let sdta = [b"sdta".to_vec(), chunk(b"smpl", &samples)];
    let lists = [
        b"sfbk".to_vec(),
        chunk(b"LIST", &info.concat()),
        chunk(b"LIST", &sdta.concat()),
        chunk(b"LIST", &pdta.concat()),
    ];
    chunk(b"RIFF", &lists.concat())
}
