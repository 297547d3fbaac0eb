using DiffusionSharp.Data.Formats;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests;

public sealed class SampleTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private static readonly Lazy<DiffusionModel> Points = new(() => SmallModels.TrainPoints());
    private static readonly Lazy<DiffusionModel> Digits = new(() => SmallModels.TrainDigits());

    [Fact]
    public void Sample_k_depends_on_the_seed_and_k_alone()
    {
        var all = Digits.Value.Sample(7, seed: 3, steps: 4).Values;
        var few = Digits.Value.Sample(3, seed: 3, steps: 4, new SampleOptions { Batch = 2 }).Values;
        Assert.Equal(all.Slice(0, 3).Values, few.Values);
        Assert.False(all.Values.SequenceEqual(Digits.Value.Sample(7, seed: 4, steps: 4).Values.Values));
    }

    [Fact]
    public void The_last_step_of_the_enumeration_is_what_sampling_gives()
    {
        var steps = Points.Value.Steps(5, seed: 2, steps: 6).ToArray();
        Assert.Equal(6, steps.Length);
        Assert.Equal(Points.Value.Sample(5, seed: 2, steps: 6).Values.Values, steps[^1].X.Values);
    }

    [Fact]
    public async Task Sampling_on_a_thread_of_its_own_gives_the_same_bytes()
    {
        var tasks = Enumerable.Range(0, 4).Select(_ => Points.Value.SampleAsync(9, seed: 5, steps: 5, stop: TestContext.Current.CancellationToken)).ToArray();
        foreach (var samples in await Task.WhenAll(tasks)) Assert.Equal(Drawn(), samples.Values.Values.ToArray());
        static double[] Drawn() => Points.Value.Sample(9, seed: 5, steps: 5).Values.Values.ToArray();
    }

    [Fact]
    public void A_sampler_is_named_taken_from_the_catalog_or_brought_along()
    {
        var model = Points.Value;
        var named = model.Sample(4, seed: 1, steps: 5, new SampleOptions { Sampler = "heun" });
        var entry = model.Sample(4, seed: 1, steps: 5, new SampleOptions { Sampler = SamplerCatalog.Find("heun") });
        var own = model.Sample(4, seed: 1, options: new SampleOptions { Sampler = new HeunSampler(model.Schedule, model.Schedule.Grid(5)) });
        Assert.Equal("heun", named.Sampler);
        Assert.Equal(nameof(HeunSampler), own.Sampler);
        Assert.Equal(named.Values.Values, entry.Values.Values);
        Assert.Equal(named.Values.Values, own.Values.Values);
        Assert.Throws<OptionException>(() => model.Sample(4, steps: 5, options: new SampleOptions { Sampler = new HeunSampler(model.Schedule, model.Schedule.Grid(5)) }));
    }

    [Fact]
    public void All_classes_are_drawn_in_turn_and_saved_by_class()
    {
        var samples = Digits.Value.Sample(seed: 1, steps: 2, options: new SampleOptions { Class = ClassChoice.All, PerClass = 2, Guidance = 2 });
        Assert.Equal(20, samples.Count);
        Assert.Equal(Enumerable.Range(0, 20).Select(k => k / 2), samples.Labels!);
        var files = samples.SaveEach(folder["classes"]);
        Assert.Equal(folder["classes/3/00001.png"], files[7]);
        Assert.Equal((8, 8), (Png.Read(files[7]).Height, Png.Read(files[7]).Width));

        var three = Digits.Value.Sample(2, seed: 1, steps: 2, new SampleOptions { Class = 3 });
        Assert.Equal([3, 3], three.Labels!);
        Assert.Equal(three.Values.Values, Digits.Value.Sample(2, seed: 1, steps: 2, new SampleOptions { Class = "3" }).Values.Values);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.gif")]
    [InlineData("a.npy")]
    public void Samples_write_themselves_by_the_ending(string name)
    {
        var samples = Digits.Value.Sample(4, seed: 1, steps: 3, new SampleOptions { Moments = 3 });
        samples.Save(folder[$"made/{name}"]);
        Assert.True(new FileInfo(folder[$"made/{name}"]).Length > 0);
        Assert.Equal(3, samples.States.Count);
    }

    [Fact]
    public void What_does_not_fit_is_said_by_the_options_name()
    {
        var model = Points.Value;
        Assert.StartsWith("Class: this model was trained without classes", Message(() => model.Sample(options: new SampleOptions { Class = 1 })), StringComparison.Ordinal);
        Assert.StartsWith("Count: at least 1", Message(() => model.Sample(0)), StringComparison.Ordinal);
        Assert.StartsWith("Steps: at most the 1000 levels", Message(() => model.Sample(1, steps: 1001)), StringComparison.Ordinal);
        Assert.StartsWith("Churn is not an option of ddim", Message(() => model.Sample(1, options: new SampleOptions { SamplerOptions = new SamplerOptions(Churn: 1) })), StringComparison.Ordinal);
        Assert.StartsWith("Moments: ", Message(() => Digits.Value.Sample(2, steps: 2).Save(folder["x.gif"])), StringComparison.Ordinal);
        Assert.StartsWith("Out: .png shows pictures", Message(() => model.Sample(2, steps: 2).Save(folder["x.png"])), StringComparison.Ordinal);
        var error = Assert.Throws<OptionException>(() => Digits.Value.Sample(options: new SampleOptions { GuidanceRescale = 0.5 }));
        Assert.Equal("--guidance-rescale: nothing is guided without --guidance W; add it.", error.Worded(name => "--" + System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name)));
        Assert.Equal("GuidanceRescale: nothing is guided without Guidance = W; add it.", error.Message);
    }

    [Fact]
    public void A_sampler_of_another_schedule_is_refused_and_numbers_out_of_range_are_named()
    {
        var other = DiscreteSchedule.Cosine(1000);
        Assert.StartsWith("Sampler: HeunSampler walks another schedule", Message(() => Points.Value.Sample(2, options: new SampleOptions { Sampler = new HeunSampler(other, other.Grid(5)) })), StringComparison.Ordinal);
        Assert.StartsWith("PerClass: at least 1", Message(() => Digits.Value.Sample(options: new SampleOptions { Class = "all", PerClass = 0 })), StringComparison.Ordinal);
        Assert.StartsWith("PerClass: ", Message(() => Digits.Value.Sample(options: new SampleOptions { Class = 1, PerClass = 2 })), StringComparison.Ordinal);
        Assert.StartsWith("Guidance: a finite number of at least 0", Message(() => Digits.Value.Steps(2, options: new SampleOptions { Class = 1, Guidance = double.NaN })), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_whose_names_are_one_to_a_file_system_keep_folders_of_their_own()
    {
        var data = DataSource.From([new Picture(8, 8, 1, new byte[64]), new Picture(8, 8, 1, new byte[64])], labels: [0, 1], classNames: ["a/b", "a:b"]);
        var model = DiffusionModel.Train(data, options: new TrainOptions { Config = SmallModels.Pictures with { Steps = 1 }, Conditional = true, Threads = 1 });
        var files = model.Sample(steps: 2, options: new SampleOptions { Class = "all", PerClass = 1 }).SaveEach(folder["alike"]);
        Assert.Equal([folder["alike/0-a_b/00000.png"], folder["alike/1-a_b/00000.png"]], files);
    }

    [Fact]
    public void A_stop_ends_sampling_with_the_usual_exception()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Calls(n =>
        {
            if (n == 2) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Points.Value.Sample(4, steps: 20, progress: progress, stop: stop.Token));
        Assert.Equal(2, progress.Count);
    }

    [Fact]
    public void Noise_that_was_encoded_decodes_to_the_data()
    {
        var model = DiffusionModel.Exact(GaussianMixture.Isotropic(new double[,] { { 1, 0 }, { -1, 0.5 } }, variance: 0.3));
        var data = Tensor.From(new double[,] { { 1.02, 0.03 }, { -0.95, 0.7 } });
        double Error(int steps) => (model.Decode(model.Encode(data, steps), steps) - data).MaxAbs();

        // First order: twice the steps, half the error.
        Assert.InRange(Error(400), 0, 0.02);
        Assert.InRange(Error(200) / Error(400), 1.7, 2.3);
    }

    private static string Message(Func<object?> work) => Assert.Throws<OptionException>(work).Message;

    private static string Message(Action work) => Assert.Throws<OptionException>(work).Message;

    private sealed class Calls(Action<int> then) : IProgress<SamplingProgress>
    {
        public int Count { get; private set; }

        public void Report(SamplingProgress value) => then(++Count);
    }
}
