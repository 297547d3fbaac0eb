using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Sampling;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <content>On pictures: the digits that are lost.</content>
public sealed partial class WhyNoiseWhileSampling
{
    // Pictures: the exact denoiser of some hundred digits, so that only the sampler can be at fault.
    private void Digits(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int size = 14;
        const string halving = "bias of 50 steps, of order 1: what halving them changes";
        var (digits, count) = (context.Size(full: 200, quick: 100), context.Size(full: 100, quick: 50));
        var data = Drawn(digits, size);
        var denoiser = new FiniteDataDenoiser(new FiniteData(data));
        var (grid, half) = (TimeGrid.Uniform(Schedule, 50), TimeGrid.Uniform(Schedule, 25));
        var start = rng.Split("start").Normal([count, size, size, 1]);

        // How many different ones N draws of M equally likely digits show: mean and variance of the occupancy problem.
        double m = digits, missed = Math.Pow(1 - (1 / m), count);
        var (expected, variance) = (m * (1 - missed), (m * (m - 1) * Math.Pow(1 - (2 / m), count)) + (m * missed) - (m * missed * m * missed));
        var spread = SquaredDistances(data, data).Average();
        notebook.Report("digits: squared distance of a digit from the mean digit, over 14 × 14 pixels", spread);
        var rows = new List<(string Name, Tensor[] States)>();
        foreach (var (name, sampler, halved, factor) in ((string, Sampler, Sampler, double)[])
        [
            ("DDPM", Ddpm(grid), Ddpm(half), NoiseFactor),
            ("DDPM, no noise", Ddpm(grid), Ddpm(half), 0),
            ("DDIM, η = 0", Ddim(grid), Ddim(half), 0),
        ])
        {
            var states = context.Trajectory(sampler, denoiser, start, rng.Split(name), factor, keep: 10);
            rows.Add((name, states));
            var end = states[^1];
            var different = Enumerable.Range(0, count).Select(k => Nearest(end, k, data)).Distinct().Count();
            var own = Measurement.OfMean(SquaredDistances(end, end));
            notebook.Report($"{name}: squared distance of a sample from the mean sample", own.Value);

            // The chain of 50 steps is not exact: order 1 leaves what the last halving changed, as often as the same start and half of the steps show it.
            var coarse = context.Trajectory(halved, denoiser, start, rng.Split(name), factor, keep: 5)[^1];
            var change = Math.Abs(SquaredDistances(end, data).Average() - SquaredDistances(coarse, data).Average());
            var changed = Math.Abs(different - Enumerable.Range(0, count).Select(k => Nearest(coarse, k, data)).Distinct().Count());
            if (factor > 0 || sampler is DdimSampler)
            {
                var distance = Measurement.OfMean(SquaredDistances(end, data));
                notebook.Equal(
                    $"{name}: different digits among {count} samples of {digits}, against independent draws",
                    different,
                    expected,
                    Tolerance.Chance(Math.Sqrt(variance)).Plus(new Tolerance(changed, halving)));
                notebook.Equal(
                    $"{name}: squared distance from the mean digit, samples against data",
                    distance.Value,
                    spread,
                    Tolerance.Chance(distance.StandardError).Plus(new Tolerance(change, halving)));
            }
            else
            {
                notebook.AtMost(
                    $"{name}: different digits among {count} samples, below what chance could make of independent draws",
                    different,
                    expected - (Tolerance.Deviations * Math.Sqrt(variance)),
                    Tolerance.None);
                notebook.AtMost(
                    $"{name}: squared distance from the mean sample, below what chance could make of the data's",
                    own.Value,
                    spread - (Tolerance.Deviations * own.StandardError),
                    Tolerance.None);
            }
        }

        var oneStart = PictureStrip.Of([.. rows.Select(r => Tensor.Concatenate([.. r.States.Select(x => x.Slice(0, 1))]))]);
        var ends = PictureStrip.Of([.. rows.Select(r => r.States[^1].Slice(0, 10))]);
        notebook.Figure(
            "digits",
            $"The exact denoiser of {digits} digits, 50 steps. Left: one start on its way. Right: ten starts, where they end. " +
            "With noise DDPM draws digits of many kinds; without it every start passes through the mean digit and ends at the same few; " +
            "DDIM, without noise, draws as many as DDPM.",
            oneStart with { Title = "One start", RowLabels = [.. rows.Select(r => r.Name)], ColumnLabels = ["t = 0.8", "0.6", "0.4", "0.2", "0"] },
            ends with { Title = "Ten samples", ColumnLabels = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"] });
    }

    private static Tensor Drawn(int count, int size) => new DigitsSource(count, size: size).Read(Enumerable.Range(0, count));

    // |x − mean of the others|² of each sample.
    private static double[] SquaredDistances(Tensor samples, Tensor others)
    {
        var mean = new double[others.Shape.Tail().Count];
        for (var k = 0; k < others.Samples; k++)
            for (var i = 0; i < mean.Length; i++) mean[i] += others.Sample(k)[i] / others.Samples;
        return [.. Enumerable.Range(0, samples.Samples).Select(k => Square(System.Numerics.Tensors.TensorPrimitives.Distance(samples.Sample(k), mean)))];
    }
}
