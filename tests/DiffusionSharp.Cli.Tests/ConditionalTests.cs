using System.Text.Json;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

public sealed class ConditionalTests(ConditionalTests.Run runs) : IClassFixture<ConditionalTests.Run>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Training_with_classes_says_what_it_follows_and_keeps_the_names()
    {
        var text = Diffusion.Finish("train", "--config", folder.Write("c.json", ConfigJson.Write(SmallRuns.Pictures)), "--conditional", "--label-dropout", "0.25", "--out", folder["run"], "--steps", "1");
        Assert.Contains("dropped with chance 0.25, for classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598).", text.Error, StringComparison.Ordinal);
        Assert.Contains("classes  10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9", text.Error, StringComparison.Ordinal);
        Assert.Contains($"next     diffusion sample {folder["run"]} --out samples.png --class all --guidance 2", text.Out, StringComparison.Ordinal);
        var conditioning = new RunFolder(folder["run"]).ReadConfig().Conditioning!;
        Assert.Equal((10, 0.25, "3"), (conditioning.Classes, conditioning.LabelDropout, conditioning.NameOf(3)));
        Assert.Contains("classes   10 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), labels dropped with chance 0.25", Diffusion.Succeed("inspect", folder["run"]), StringComparison.Ordinal);

        // The recipe with classes is what the run departs from: nothing else is named as changed.
        text = Diffusion.Finish("train", "--data", "digits", "--size", "8", "--conditional", "--out", folder["preset"], "--steps", "1", "--batch", "2");
        Assert.DoesNotContain("changed  conditioning", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_class_is_a_row_of_the_sheet()
    {
        var text = Diffusion.Succeed("sample", runs.Digits, "--out", folder["all.png"], "--class", "all", "--guidance", "2", "--steps", "2", "--count", "30", "--batch", "30");
        Assert.StartsWith($"{folder["all.png"]}: 30 samples of 8×8×1, 3 of each class, by ddim in 2 steps with guidance 2; 4 network calls, ", text, StringComparison.Ordinal);
        var picture = Png.Read(folder["all.png"]);

        // The name of each class, one digit of 10 pixels and a gap of 8, stands left of its row.
        Assert.Equal((2 + 18 + (3 * 58), 2 + (10 * 58)), (picture.Width, picture.Height));
    }

    [Fact]
    public void Of_very_many_classes_how_many_samples_is_asked()
    {
        var config = SmallRuns.Points with { Conditioning = new ConditioningConfig(2001) };
        new TrainedModel(config, new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout()), 0).Save(folder["many.safetensors"]);
        string[] sample = ["sample", folder["many.safetensors"], "--out", folder["a.npy"], "--class", "all", "--steps", "1"];
        Diffusion.Fail(2, "error: --class: all 2001 classes would be 2,001 samples; say how many with --count N, a multiple of 2001, or take one class.", sample);
        Assert.Contains("4,002 samples of 2 values, 2 of each class,", Diffusion.Succeed([.. sample, "--count", "4002"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_a_class_do_not_depend_on_how_many_there_are_and_weight_one_is_no_guidance()
    {
        Diffusion.Succeed("sample", runs.Digits, "--out", folder["a.npy"], "--class", "7", "--steps", "2", "--count", "2");
        Diffusion.Succeed("sample", runs.Digits, "--out", folder["b.npy"], "--class", "7", "--steps", "2", "--count", "3", "--guidance", "1", "--batch", "1");
        Assert.Equal(NpyFile.Read(folder["a.npy"]).Values.ToArray(), NpyFile.Read(folder["b.npy"]).Values[..128].ToArray());
        Diffusion.Succeed("sample", runs.Digits, "--out", folder["c.npy"], "--steps", "2", "--count", "2");
        Assert.NotEqual(File.ReadAllBytes(folder["a.npy"]), File.ReadAllBytes(folder["c.npy"]));
    }

    [Fact]
    public void Json_says_class_and_guidance()
    {
        var answer = JsonDocument.Parse(Diffusion.Succeed("sample", runs.Digits, "--out", folder["a.npy"], "--class", "4", "--guidance", "3", "--guidance-interval", "0.2,5", "--steps", "2", "--count", "2", "--json")).RootElement;
        Assert.Equal(("4", 3.0), (answer.GetProperty("class").GetString(), answer.GetProperty("guidance").GetDouble()));
        Assert.Equal("[0.2,5]", answer.GetProperty("guidanceInterval").GetRawText());
        Assert.Equal("[4]", answer.GetProperty("labels").GetRawText());
    }

    [Theory]
    [InlineData("error: --class: '10' is none of this model's classes, which are 0 to 9; 'all' takes each in turn.", "--class", "10")]
    [InlineData("error: --class: '-1' is none of this model's classes, which are 0 to 9; 'all' takes each in turn.", "--class", "-1")]
    [InlineData("error: --class: 'cat' is none of this model's classes, which are 0 to 9; 'all' takes each in turn.", "--class", "cat")]
    [InlineData("error: --guidance: guidance goes towards a class; add --class K, or --class all.", "--guidance", "2")]
    [InlineData("error: --guidance: a finite number of at least 0 is expected, '-0.5' was given. See 'diffusion sample --help'.", "--class", "1", "--guidance", "-0.5")]
    [InlineData("error: --guidance: a finite number of at least 0 is expected, 'NaN' was given. See 'diffusion sample --help'.", "--class", "1", "--guidance", "NaN")]
    [InlineData("error: --count: with --class all it is a multiple of the 10 classes, 25 was given; 20 gives 2 of each.", "--class", "all", "--count", "25")]
    [InlineData("error: --guidance-rescale: nothing is guided without --guidance W; add it.", "--class", "1", "--guidance-rescale", "0.5")]
    [InlineData("error: --guidance-interval: weight 1 is the model itself, without guidance; give --guidance another weight, or leave this out.", "--class", "1", "--guidance", "1", "--guidance-interval", "0,1")]
    [InlineData("error: --guidance-interval: two noise levels σ/α LOW,HIGH with 0 ≤ LOW < HIGH are expected, '5,1' was given. See 'diffusion sample --help'.", "--class", "1", "--guidance", "2", "--guidance-interval", "5,1")]
    public void Sampling_refuses(string line, params string[] options)
    {
        Diffusion.Fail(2, line, ["sample", runs.Digits, "--out", folder["a.npy"], .. options]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("--class", "3")]
    [InlineData("--class", "all")]
    [InlineData("--guidance", "2")]
    public void A_model_without_classes_has_none_to_ask_for(string option, string value) =>
        Diffusion.Fail(2, $"error: {option}: this model was trained without classes; train one with --conditional on a source that has labels.", "sample", runs.Unconditional, "--out", folder["a.npy"], option, value);

    [Fact]
    public void A_model_that_kept_all_labels_needs_a_class_and_is_not_guided()
    {
        Diffusion.Succeed("train", "--config", folder.Write("c.json", ConfigJson.Write(SmallRuns.Points)), "--conditional", "--label-dropout", "0", "--out", folder["run"]);
        string[] sample = ["sample", folder["run"], "--out", folder["a.npy"], "--steps", "2"];
        Diffusion.Fail(2, "error: --class: this model was trained with every label kept and knows nothing without a class; add --class K, or --class all.", sample);
        Diffusion.Fail(2, "error: --guidance: this model was trained with every label kept and has no estimate without a class to guide away from; train with --label-dropout above 0.", [.. sample, "--class", "1", "--guidance", "2"]);
        Diffusion.Succeed([.. sample, "--class", "1"]);
    }

    [Theory]
    [InlineData("error: --conditional: checkerboard: this source has no labels, and conditional training needs the class of each sample; a folder of pictures has them by one sub-folder for each class, IDX and CIFAR-10 folders by their label files, a .npy file by --labels FILE.npy.", "checkerboard", "--conditional")]
    [InlineData("error: --label-dropout: only conditional training has labels to drop; add --conditional.", "moons", "--label-dropout", "0.2")]
    [InlineData("error: --label-dropout: a number of at least 0 and below 1 is expected, '1' was given. See 'diffusion train --help'.", "moons", "--conditional", "--label-dropout", "1")]
    [InlineData("error: --label-dropout: a number of at least 0 and below 1 is expected, 'NaN' was given. See 'diffusion train --help'.", "moons", "--conditional", "--label-dropout", "NaN")]
    [InlineData("error: moons takes no file of labels (l.npy): that belongs to a .npy file, and other sources bring their labels with them.", "moons", "--conditional", "--labels", "l.npy")]
    public void Training_refuses(string line, string source, params string[] options)
    {
        Diffusion.Fail(2, line, ["train", "--data", source, "--out", folder["run"], .. options]);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void An_array_takes_its_labels_from_a_second_file_and_a_run_is_resumed_with_them()
    {
        NpyFile.Write(folder["x.npy"], new Rng(1).Normal([6, 2]).ToFloat());
        var labels = folder.Write("l.npy", Integers([0, 1, 2, 0, 1, 2]));
        string[] train = ["train", "--data", folder["x.npy"], "--out", folder["run"], "--steps", "2", "--batch", "4", "--conditional"];
        Diffusion.Fail(2, $"error: --conditional: {folder["x.npy"]}: this source has no labels, and conditional training needs the class of each sample; a folder of pictures has them by one sub-folder for each class, IDX and CIFAR-10 folders by their label files, a .npy file by --labels FILE.npy.", train);
        Diffusion.Fail(2, "error: --labels: only conditional training reads labels; add --conditional.", [.. train[..^1], "--labels", labels]);
        Diffusion.Succeed([.. train, "--labels", labels]);
        Assert.Equal(labels, new RunFolder(folder["run"]).ReadConfig().Conditioning!.Labels);
        Assert.Contains("The run is complete", Diffusion.Succeed("train", "--out", folder["run"], "--resume"), StringComparison.Ordinal);
        Diffusion.Succeed("sample", folder["run"], "--out", folder["s.npy"], "--class", "2", "--steps", "2", "--count", "3");

        void Refused(string what, byte[] file) => Diffusion.Fail(2, $"error: {folder.Write("bad.npy", file)}: {what}", [.. train[..4], folder["other"], .. train[5..], "--labels", folder["bad.npy"]]);
        // A file of configuration may name its data and labels from where it is used: the run keeps them whole.
        string Near(string name) => Path.GetRelativePath(Directory.GetCurrentDirectory(), folder[name]);
        var written = new RunFolder(folder["run"]).ReadConfig();
        var near = written with { Data = Near("x.npy"), Conditioning = written.Conditioning! with { Labels = Near("l.npy") } };
        Diffusion.Succeed("train", "--config", folder.Write("near.json", ConfigJson.Write(near)), "--out", folder["near"]);
        var kept = new RunFolder(folder["near"]).ReadConfig();
        Assert.Equal((folder["x.npy"], labels), (kept.Data, kept.Conditioning!.Labels));
        Diffusion.Succeed("train", "--config", folder["near.json"], "--out", folder["near"], "--resume");

        Refused($"it holds 5 labels and {folder["x.npy"]} 6 samples; the numbers must agree.", Integers([0, 1, 2, 0, 1]));
        Refused("label 3 is -1; 0 to 65535 were expected.", Integers([0, 1, 2, -1, 1, 2]));
        Refused("label 0 is 70000; 0 to 65535 were expected.", Integers([70000, 1, 2, 0, 1, 2]));
        NpyFile.Write(folder["f.npy"], new FloatTensor([6]));
        Refused("labels of type F32 came; integers, the number of each sample's class from 0, were expected.", File.ReadAllBytes(folder["f.npy"]));
        NpyFile.Write(folder["f.npy"], new FloatTensor([6, 1]));
        Refused($"its shape is [6, 1]; labels [6], one for each sample of {folder["x.npy"]}, were expected.", File.ReadAllBytes(folder["f.npy"]));
        Diffusion.Fail(2, $"error: {folder["x.npy"]}: no sample has label 1, so the class could not be learned; number the 2 classes that have samples from 0 without gaps.", [.. train[..4], folder["other"], .. train[5..], "--labels", folder.Write("gap.npy", Integers([0, 2, 2, 0, 0, 2]))]);
    }

    [Fact]
    public void Classes_of_a_folder_are_asked_for_by_name_and_a_text_that_is_a_number_and_another_s_name_is_refused()
    {
        foreach (var (name, i) in new[] { ("1", 0), ("cat", 1), ("dog", 2) })
        {
            Directory.CreateDirectory(folder["pets", name]);
            Png.Write(folder["pets", name, "a.png"], new Picture(8, 8, 1, [.. Enumerable.Repeat((byte)(100 * i), 64)]));
        }

        Diffusion.Succeed("train", "--config", folder.Write("c.json", ConfigJson.Write(SmallRuns.Pictures)), "--data", folder["pets"], "--conditional", "--out", folder["run"]);
        string[] sample = ["sample", folder["run"], "--steps", "2", "--count", "2", "--out", folder["a.npy"], "--class"];
        Assert.Contains("2 samples of 8×8×1, of class 1 (cat), by ddim", Diffusion.Succeed([.. sample, "cat"]), StringComparison.Ordinal);
        Assert.Contains("of class 2 (dog)", Diffusion.Succeed([.. sample, "2"]), StringComparison.Ordinal);
        Assert.Contains("of class 1 (cat)", Diffusion.Succeed([.. sample, "index:1"]), StringComparison.Ordinal);
        Assert.Contains("of class 0 (1)", Diffusion.Succeed([.. sample, "name:1"]), StringComparison.Ordinal);
        Diffusion.Fail(2, "error: --class: 1 is the number of class 'cat' and the name of class 0; write index:1 or name:1.", [.. sample, "1"]);
        Assert.Contains("of class 2 (dog)", Diffusion.Succeed([.. sample, "DOG"]), StringComparison.Ordinal);
        Diffusion.Fail(2, "error: --class: 'horse' is none of this model's classes, which are 0 to 2 (1, cat, dog); 'all' takes each in turn.", [.. sample, "horse"]);
        Diffusion.Fail(2, "error: --class: 'dgo' is none of this model's classes, which are 0 to 2 (1, cat, dog); did you mean 'dog'?", [.. sample, "dgo"]);
    }

    [Fact]
    public void A_conditional_model_is_measured_with_the_data_s_classes_or_without_any_and_says_which()
    {
        string[] measure = ["--count", "3", "--steps", "3", "--probes", "2", "--metric", "elbo", "--metric", "likelihood", "--metric", "sliced-wasserstein", "--json"];
        JsonElement Measured(params string[] data) => JsonDocument.Parse(Diffusion.Succeed(["evaluate", runs.Digits, "--data", .. data, .. measure])).RootElement;
        string[] Notes(JsonElement answer, string figure) => [.. answer.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("name").GetString() == figure).GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];
        double Value(JsonElement answer) => answer.GetProperty("figures")[0].GetProperty("value").GetDouble();

        var given = Measured("digits");
        Assert.Equal("data", given.GetProperty("labels").GetString());
        Assert.Contains("given each sample's class", Notes(given, "elbo"));
        Assert.Contains("given each sample's class", Notes(given, "likelihood"));
        Assert.Contains("samples of the data's classes", Notes(given, "sliced-wasserstein"));
        Assert.Equal(Value(given), Value(Measured("digits", "--batch", "2")));

        // The same pictures, with labels in a file of their own and without.
        var source = DataSource.Open("digits", new DataSourceOptions(Size: 8, Count: 40));
        var pictures = new FloatTensor([40, 8, 8, 1]);
        for (var k = 0; k < 40; k++) source.Read(k, pictures.Values.Slice(64 * k, 64));
        NpyFile.Write(folder["d.npy"], pictures);
        var labels = folder.Write("l.npy", Integers([.. Enumerable.Range(0, 40).Select(source.Label)]));
        var (with, without) = (Measured(folder["d.npy"], "--labels", labels), Measured(folder["d.npy"]));
        Assert.Equal(("data", "none"), (with.GetProperty("labels").GetString(), without.GetProperty("labels").GetString()));
        Assert.Contains("without a class", Notes(without, "elbo"));
        Assert.Contains("samples without a class", Notes(without, "sliced-wasserstein"));
        Assert.NotEqual(Value(with), Value(without));

        Diffusion.Fail(2, "error: --labels: this model was trained without classes and reads no labels; leave them out.", "evaluate", runs.Unconditional, "--data", folder["d.npy"], "--labels", labels);
        var wrong = folder.Write("w.npy", Integers([.. Enumerable.Range(0, 40)]));
        Diffusion.Fail(2, $"error: {folder["d.npy"]}: its 40 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) are not the 10 that the model was trained with (0, 1, 2, 3, 4, 5, 6, 7, 8, 9).", "evaluate", runs.Digits, "--data", folder["d.npy"], "--labels", wrong);
    }

    // 32-bit integers as NumPy writes them.
    private static byte[] Integers(int[] values) =>
        [0x93, .. "NUMPY"u8, 1, 0, 61, 0, .. System.Text.Encoding.ASCII.GetBytes($"{{'descr': '<i4', 'fortran_order': False, 'shape': ({values.Length},)}}".PadRight(61)), .. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>A conditional run of digits and one without classes.</summary>
    public sealed class Run : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Run()
        {
            Diffusion.Succeed("train", "--config", folder.Write("c.json", ConfigJson.Write(SmallRuns.Pictures)), "--conditional", "--out", Digits);
            Diffusion.Succeed("train", "--config", folder.Write("p.json", ConfigJson.Write(SmallRuns.Points)), "--out", Unconditional);
        }

        public string Digits => folder["digits"];

        public string Unconditional => folder["points"];

        public void Dispose() => folder.Dispose();
    }
}
