using System.Reflection;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Sampling;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Theory.Tests;

/// <summary>What a wrapper owes, over every denoiser of every assembly: one added later fails here until it is made once.</summary>
public sealed class EveryDenoiserTests
{
    private static readonly VpLinearSchedule Schedule = new();

    private static readonly NoiseLevel[] Levels = [Schedule.At(0.9), Schedule.At(0.4), Schedule.At(0.05)];

    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 0, -1, 0.5]), [0.1, 0.3]));

    private static readonly Denoiser Other = new GaussianMixtureDenoiser(GaussianMixture.Isotropic(new double[,] { { 0.5, -0.5 } }, 0.6));

    private static readonly Denoiser Network = new NetworkDenoiser(new TwoHeads(), Prediction.Data, learnedVariance: true);

    private static readonly Dictionary<Type, Denoiser[]> Made = new()
    {
        [typeof(GaussianMixtureDenoiser)] = [Mixture],
        [typeof(FiniteDataDenoiser)] = [new FiniteDataDenoiser(new FiniteData(new Rng(1).Normal([7, 2])))],
        [typeof(NetworkDenoiser)] = [Network],
        [typeof(ClippedDenoiser)] = [new ClippedDenoiser(Mixture, 0.6), new ClippedDenoiser(Network, 0.3)],
        [typeof(DynamicThresholdingDenoiser)] = [new DynamicThresholdingDenoiser(Network, 0.5), new DynamicThresholdingDenoiser(new ClippedDenoiser(Mixture), 0.9, 1.2)],
        [typeof(ConsistencyDenoiser)] = [new ConsistencyDenoiser(new ClippedDenoiser(Network, 0.3), ConsistencyDenoiser.SigmaScalings())],
        [typeof(ClassifierFreeGuidance)] = [new ClassifierFreeGuidance(Network, Other, 2, 0.5), new ClippedDenoiser(new ClassifierFreeGuidance(Network, Other, 3), 0.5), new ClassifierFreeGuidance(new ClippedDenoiser(Mixture, 0.5), Other, 2)],
        [typeof(AutoGuidance)] = [new AutoGuidance(Mixture, Other, 1.5)],
        [typeof(ClassifierGuidance)] = [new ClassifierGuidance(new ClippedDenoiser(Network, 0.4), new ImplicitClassifier(Mixture, Other), 0.5)],
        [typeof(MeasurementGuidance)] = [new MeasurementGuidance(new ClippedDenoiser(Mixture), new MatrixOperator(new Tensor([1, 2], [1, -1])), new Tensor([1, 1], [0.3]), 0.2)],
        [typeof(BorrowedDenoiser)] = [new BorrowedDenoiser(new ClippedDenoiser(Mixture, 0.6), new VpLinearSchedule()), new BorrowedDenoiser(Network, new VpLinearSchedule()), new BorrowedDenoiser(Mixture, new VpLinearSchedule())],
        [typeof(WatchedDenoiser)] = [new WatchedDenoiser(new ClippedDenoiser(Mixture, 0.6), () => { }), new WatchedDenoiser(Network, () => { }), new WatchedDenoiser(Mixture, () => { })],
    };

    public static TheoryData<string> All => [.. Public().Select(t => t.Name)];

    [Fact]
    public void Every_denoiser_of_every_assembly_is_made_here() =>
        Assert.Equal(Public().Select(t => t.FullName).Order(StringComparer.Ordinal), Made.Keys.Select(t => t.FullName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void A_wrapper_that_changes_nothing_changes_no_byte_of_any_sampler(string name)
    {
        foreach (var denoiser in Of(name))
        {
            foreach (var entry in SamplerCatalog.All)
            {
                var sampler = entry.Create(Schedule, TimeGrid.Uniform(0.95, 0, 4));
                Assert.True(Bytes(() => Sampled(sampler, denoiser)).SequenceEqual(Bytes(() => Sampled(sampler, new Looking(denoiser)))), $"{entry.Name} on {denoiser}");
                if (entry.Takes.HasFlag(SamplerOption.Variance) && denoiser.HasVariance)
                {
                    var learned = entry.Create(Schedule, TimeGrid.Uniform(0.95, 0, 4), new SamplerOptions(Variance: DdpmVariance.LearnedRange));
                    Assert.Equal(Bytes(() => Sampled(learned, denoiser)), Bytes(() => Sampled(learned, new Looking(denoiser))));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_wrapper_that_changes_nothing_knows_and_refuses_what_its_inner_one_does(string name)
    {
        var (x, u) = (new Rng(3).Normal([3, 2]), new Rng(4).Normal([3, 2]));
        foreach (var denoiser in Of(name))
        {
            var (own, wrapped) = (denoiser, new Looking(denoiser));
            Assert.Equal((own.HasGradient, own.HasVariance, own.HasLogDensity), (wrapped.HasGradient, wrapped.HasVariance, wrapped.HasLogDensity));
            Same(d => [d.Denoise(x, Levels)]);
            Same(d => [d.Denoise(x, Levels[1])]);
            Same(d => [d.VectorJacobian(x, Levels, u)]);
            Same(d => [d.LogDensity(x, Levels[1])]);
            Same(d => [d.DenoiseWithVariance(x, Levels).Data, d.DenoiseWithVariance(x, Levels).Variance]);
            Same(d => [d.DenoiseWithVariance(x, Levels[1]).Data, d.DenoiseWithVariance(x, Levels[1]).Variance]);

            // Nothing is left to be taken away twice, and where nothing was to begin with it is the wrapper itself.
            var free = own.Unconstrained;
            Assert.Same(free, free.Unconstrained);
            Assert.Equal(ReferenceEquals(free, own), ReferenceEquals(wrapped.Unconstrained, wrapped));
            if (!ReferenceEquals(free, own)) Assert.IsType<Looking>(wrapped.Unconstrained);
            Same(d => [d.Unconstrained.Denoise(x, Levels)]);
            Same(d => [d.Unconstrained.VectorJacobian(x, Levels, u)]);
            Same(d => [d.Unconstrained.LogDensity(x, Levels[1])]);
            Same(d => [d.Unconstrained.DenoiseWithVariance(x, Levels).Data]);

            void Same(Func<Denoiser, Tensor[]> asked) => Assert.Equal(Bytes(() => asked(own)), Bytes(() => asked(wrapped)));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_a_denoiser_does_not_know_it_refuses_in_a_line_that_names_it(string name)
    {
        foreach (var denoiser in Of(name))
        {
            Refuses(denoiser.HasGradient, "has no gradient; use", d => d.VectorJacobian(Tensor.Zeros([1, 2]), Levels[1], Tensor.Zeros([1, 2])));
            Refuses(denoiser.HasVariance, "has no learned variance; use", d => d.DenoiseWithVariance(Tensor.Zeros([1, 2]), Levels[1]));
            Refuses(denoiser.HasLogDensity, "has no density ln p_t(x); use", d => d.LogDensity(Tensor.Zeros([1, 2]), Levels[1]));

            void Refuses(bool has, string words, Func<Denoiser, object> ask)
            {
                if (has) Assert.NotNull(ask(denoiser));
                else Assert.StartsWith($"{denoiser} {words}", Assert.Throws<InvalidOperationException>(() => ask(denoiser)).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Without_its_constraints_a_wrapper_is_the_same_wrapper_around_what_was_constrained()
    {
        var x = new Rng(3).Normal([3, 2]);
        var watches = 0;
        var watched = new WatchedDenoiser(new ClippedDenoiser(Mixture, 0.2), () => watches++).Unconstrained;
        Assert.Equal(Mixture.Denoise(x, Levels).Values, watched.Denoise(x, Levels).Values);
        Assert.Equal(1, watches);

        var guided = new ClassifierFreeGuidance(new ClippedDenoiser(Mixture, 0.2), new ClippedDenoiser(Other, 0.2), 3);
        Assert.Equal(new ClassifierFreeGuidance(Mixture, Other, 3).Denoise(x, Levels).Values, guided.Unconstrained.Denoise(x, Levels).Values);
        Assert.Same(Mixture, new DynamicThresholdingDenoiser(new ClippedDenoiser(Mixture, 0.2)).Unconstrained);
    }

    private static IEnumerable<Type> Public() => Directory.EnumerateFiles(AppContext.BaseDirectory, "DiffusionSharp*.dll")
        .Select(Path.GetFileNameWithoutExtension)
        .Where(file => !file!.Contains("Test", StringComparison.Ordinal))
        .SelectMany(file => Assembly.Load(file!).GetExportedTypes())
        .Where(type => type.IsSubclassOf(typeof(Denoiser)) && !type.IsAbstract);

    private static Denoiser[] Of(string name) => Made.Single(m => m.Key.Name == name).Value;

    private static Tensor[] Sampled(Sampler sampler, Denoiser denoiser) =>
        [.. sampler.Steps(denoiser, new Rng(7).Normal([3, 2]), new SeededNoise(new Rng(8))).SelectMany(step => (Tensor[])[step.X, step.Denoised])];

    // What was refused is the same to both where the line ends the same: only the name of who refused differs.
    private static long[] Bytes(Func<Tensor[]> make)
    {
        try
        {
            return [.. make().SelectMany(t => t.Values.ToArray()).Select(BitConverter.DoubleToInt64Bits)];
        }
        catch (InvalidOperationException refused)
        {
            return [.. refused.Message.Replace("Looking around ", "", StringComparison.Ordinal).Select(c => (long)c)];
        }
    }

    private sealed class Looking(Denoiser inner) : WrappingDenoiser(inner)
    {
        protected override Denoiser Around(Denoiser inner) => new Looking(inner);
    }

    // Data and a variance in [−1, 1], each value by its own place and time.
    private sealed class TwoHeads : DenoisingNetwork
    {
        public override bool HasGradient => true;

        public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
        {
            var output = new FloatTensor(x.Shape.With(^1, 4));
            for (var k = 0; k < t.Length; k++)
                for (var i = 0; i < 2; i++)
                {
                    output.Values[(4 * k) + i] = MathF.Tanh(x.Values[(2 * k) + i]) * (1 - (t[k] / 2));
                    output.Values[(4 * k) + 2 + i] = MathF.Sin((3 * x.Values[(2 * k) + i]) + t[k]);
                }

            return output;
        }

        public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent)
        {
            var gradient = new FloatTensor(x.Shape);
            for (var i = 0; i < gradient.Values.Length; i++) gradient.Values[i] = (1 - MathF.Pow(MathF.Tanh(x.Values[i]), 2)) * (1 - (t[i / 2] / 2)) * cotangent.Values[i];
            return gradient;
        }
    }
}
