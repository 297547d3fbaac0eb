using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>Points of one score network by plain and by annealed Langevin dynamics, with the same number of network calls.</summary>
/// <param name="Data">As many of the data, [N, 2].</param>
/// <param name="Plain">At the least noise alone, from a start spread evenly over the box that holds the data, [N, 2]; NaN where a network as yet untrained drove the chain away.</param>
/// <param name="Annealed">From the most noise down all levels, [N, 2].</param>
/// <param name="Calls">Network calls of each chain.</param>
/// <remarks>
/// Figure 3 of Song and Ermon 2019, arXiv:1907.05600. Plain Langevin leaves a sample in the mode that it met first, so modes get the shares
/// of the start that drains into them; annealed Langevin finds their weights while there is noise enough to cross. Both end with the
/// denoiser's estimate.
/// </remarks>
public sealed record LangevinPair(Tensor Data, Tensor Plain, Tensor Annealed, int Calls)
{
    // The figure's ε/2 = 0.05 in units of its modes' variance, which is 1/17 of that of two-modes.
    private const double PlainStep = 0.05 / 17;

    private const int LargestBatch = 1024;

    /// <summary>Draws both.</summary>
    /// <param name="model">Of points in the plane, with trained levels of noise.</param>
    /// <param name="data">Its data: the first <paramref name="count"/> are shown, and their box is where plain Langevin starts.</param>
    /// <param name="count">Samples of each, at least 1.</param>
    /// <param name="seed">Of all noise; sample k depends on it and k alone.</param>
    /// <param name="parallelism">The threads.</param>
    /// <exception cref="ArgumentException">The model has no trained levels of noise, or its samples are not points in the plane.</exception>
    public static LangevinPair Draw(TrainedModel model, DataSource data, int count, ulong seed, Parallelism parallelism)
    {
        if (!CanDraw(model) || data.SampleShape != model.SampleShape)
            throw new ArgumentException($"LangevinPair: points in the plane and trained levels of noise are expected; the model has {model.SampleShape} and the schedule {model.Config.ScheduleOrDefault().Kind}, the data {data.SampleShape}. Train the preset points-ncsn.", nameof(model));
        var sampler = Annealing(model, model.Config.ScheduleOrDefault().LevelsOrDefault());
        var calls = (sampler.Grid.Count * sampler.LangevinSteps) + sampler.StartCalls;
        var (annealed, _) = new SamplingJob(model, sampler, count, seed, LargestBatch).Run(parallelism);

        var shown = Shown(data, count);
        return new LangevinPair(shown, Walk(model, shown, calls - 1, seed, parallelism), annealed, calls);
    }

    /// <summary>Whether a model's levels and samples are such as can be shown.</summary>
    public static bool CanDraw(TrainedModel model) => model.Config is { Conditioning: null } && model.Config.ScheduleOrDefault().HasNoiseLevels() && model.SampleShape == [2];

    /// <summary>Annealed Langevin dynamics with final denoising over some or all levels of a model, its steps by the levels.</summary>
    internal static AnnealedLangevinSampler Annealing(TrainedModel model, int steps)
    {
        var config = model.Config.ScheduleOrDefault();
        var grid = config.Grid(model.Schedule, TimestepSpacing.Trailing, Math.Min(steps, config.LevelsOrDefault()));
        var each = NcsnDesign.LangevinSteps(config.LevelsOrDefault());
        return new AnnealedLangevinSampler(model.Schedule, grid, NcsnDesign.StepSize(model.Schedule, grid, each), each);
    }

    private static Tensor Walk(TrainedModel model, Tensor data, int langevinSteps, ulong seed, Parallelism parallelism)
    {
        var level = model.Schedule.At(model.Schedule.LeastNoiseTime);
        var variance = level.Sigma * level.Sigma;

        // No score of noised data falls faster than −x/σ²: up to σ² a step does not overshoot.
        var sampler = new UnadjustedLangevinSampler(model.Schedule, new TimeGrid([level.Time], model.Schedule.CleanTime), Math.Min(PlainStep, variance) / (1 + variance), langevinSteps);
        var (low, high) = Box(data);
        var root = new Rng(seed).Split("plain");
        var batch = Math.Min(data.Samples, LargestBatch);
        var denoiser = model.Denoiser(batch, parallelism);
        var parts = new List<Tensor>();
        for (var first = 0; first < data.Samples; first += batch)
        {
            var from = first;
            var start = Tensor.Create([Math.Min(batch, data.Samples - first), 2], values =>
            {
                for (var i = 0; i < values.Length; i++) values[i] = low[i % 2] + ((high[i % 2] - low[i % 2]) * root.Split("start").Split(from + (i / 2)).Uniform((ulong)(i % 2)));
            });
            parts.Add(End(sampler, denoiser, start, new SeededNoise(root, first)));
        }

        return Tensor.Concatenate(parts);
    }

    private static Tensor End(Sampler sampler, Denoiser denoiser, Tensor start, NoiseSource noise)
    {
        try
        {
            return sampler.Sample(denoiser, start, noise);
        }
        catch (InvalidOperationException)
        {
            return Tensor.Create(start.Shape, values => values.Fill(double.NaN));
        }
    }

    private static Tensor Shown(DataSource data, int count) => Tensor.Create([count, 2], values =>
    {
        Span<float> point = stackalloc float[2];
        for (var k = 0; k < count; k++)
        {
            data.Read(k % data.Count, point);
            (values[2 * k], values[(2 * k) + 1]) = (point[0], point[1]);
        }
    });

    private static (double[] Low, double[] High) Box(Tensor data)
    {
        double[] low = [.. data.Sample(0)], high = [.. data.Sample(0)];
        for (var k = 1; k < data.Samples; k++)
        {
            for (var i = 0; i < 2; i++) (low[i], high[i]) = (Math.Min(low[i], data.Sample(k)[i]), Math.Max(high[i], data.Sample(k)[i]));
        }

        return (low, high);
    }
}
