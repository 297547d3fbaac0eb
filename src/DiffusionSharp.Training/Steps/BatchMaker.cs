using DiffusionSharp.Data.Sources;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Steps;

/// <summary>Fills the inputs of a training step: data in the run's order, random levels, noise, targets and weights.</summary>
/// <remarks>
/// Sample number p of the run, p = step · batch + k, whichever part of the step it falls in, takes its level, noise, mirroring and whether its
/// label is dropped from the stream of p alone, so batches, parts and threads change nothing. Nothing is allocated per step.
/// </remarks>
public sealed class BatchMaker
{
    private readonly RunConfig config;
    private readonly DataSource source;
    private readonly Objective objective;
    private readonly VarianceBound? bound;
    private readonly LevelSampler levels;
    private readonly BatchSampler order;
    private readonly TrainingProgram program;
    private readonly Parallelism parallelism;
    private readonly Rng rng;
    private readonly int size;
    private readonly int count;
    private readonly float[] data;
    private readonly float[] noise;
    private readonly DrawnLevel[] drawn;
    private readonly Action<int> make;
    private readonly (int Bin, double Loss)[] remembered;
    private long firstPosition;
    private int filled;

    /// <summary>Binds data and schedule to a program's inputs.</summary>
    /// <param name="config">The run's.</param>
    /// <param name="source">Its data.</param>
    /// <param name="schedule">Its α and σ.</param>
    /// <param name="program">Whose inputs are filled.</param>
    /// <param name="parallelism">The threads; they do not change what is filled.</param>
    public BatchMaker(RunConfig config, DataSource source, Schedule schedule, TrainingProgram program, Parallelism parallelism)
    {
        (this.config, this.source, this.program, this.parallelism) = (config, source, program, parallelism);
        objective = new Objective(config, schedule);
        bound = config.LearnedVariance is { } learned ? new VarianceBound(schedule, objective, learned.BoundWeight) : null;
        levels = LevelSampler.Create(config.LevelsOrDefault(), schedule);
        var root = new Rng(config.Seed);
        rng = root.Split("batches");
        order = new BatchSampler(source.Count, config.Batch, root.Split("order").Key);
        size = source.SampleShape.Count;
        count = config.Batch / config.Accumulate;
        data = new float[count * size];
        noise = new float[count * size];
        drawn = new DrawnLevel[count];
        make = Make;
        remembered = new (int Bin, double Loss)[History is null ? 0 : config.Batch];
    }

    /// <summary>The losses that importance sampling draws by; null where levels are drawn otherwise.</summary>
    public LossHistory? History => (levels as ImportanceLevels)?.History;

    /// <summary>Begins a step: where levels are drawn by their losses, all of its parts draw by those before it.</summary>
    public void Begin() => (levels as ImportanceLevels)?.Refresh();

    /// <summary>
    /// Fills the inputs of the step that has begun, or of one of its parts; the same again, however often and in whichever order it is asked.
    /// </summary>
    /// <param name="step">0 is the first.</param>
    /// <param name="part">From 0, below the configuration's <c>Accumulate</c>.</param>
    public void Fill(int step, int part = 0)
    {
        (firstPosition, filled) = (((long)step * config.Batch) + (part * count), part);
        parallelism.For(count, make);
    }

    /// <summary>Remembers the losses of what was filled last, where levels are drawn by them.</summary>
    /// <remarks>They enter <see cref="History"/> with those of the step's last part: a step that is left halfway leaves no trace in it.</remarks>
    public void Remember()
    {
        if (History is not { } history) return;
        for (var k = 0; k < drawn.Length; k++) remembered[(filled * count) + k] = (drawn[k].Bin, program.Losses[k] / drawn[k].Factor);
        if (filled < config.Accumulate - 1) return;
        foreach (var (bin, loss) in remembered) history.Record(bin, loss);
    }

    private void Make(int k)
    {
        var position = firstPosition + k;
        var stream = rng.Split(position);
        var x0 = data.AsSpan(k * size, size);
        var eps = noise.AsSpan(k * size, size);
        var index = order.IndexAt(position);
        source.Read(index, x0);
        if (config.Flip && stream.Uniform(1) < 0.5) Mirror(x0);
        stream.Split("noise").FillNormal(eps);

        drawn[k] = levels.Draw(stream);
        var (level, factor, _) = drawn[k];
        var asked = objective.At(level);
        var x = program.X.Slice(k * size, size);
        var target = program.Target.Slice(k * size, size);
        for (var i = 0; i < size; i++)
        {
            x[i] = (float)(asked.InputScale * ((level.Alpha * x0[i]) + (level.Sigma * eps[i])));
            target[i] = (float)((asked.OfData * x0[i]) + (asked.OfNoise * eps[i]));
        }

        var times = program.T;
        if (!times.IsEmpty) times[k] = (float)asked.TimeInput;
        program.Weight[k] = (float)(asked.Weight * factor);
        if (config.Conditioning is { } conditioning)
            program.Labels[k] = stream.Split("label").Uniform(0) < conditioning.LabelDropout ? conditioning.NoClass() : source.Label(index);
        if (bound is not null) program.FillBound(k, bound.At(level, factor), x0);
    }

    // [H, W, C]: each row's pixels in reverse, channels kept in order.
    private void Mirror(Span<float> picture)
    {
        var (width, channels) = (source.SampleShape[1], source.SampleShape[2]);
        for (var row = 0; row < source.SampleShape[0]; row++)
        {
            var pixels = picture.Slice(row * width * channels, width * channels);
            for (int left = 0, right = width - 1; left < right; left++, right--)
                for (var c = 0; c < channels; c++)
                    (pixels[(left * channels) + c], pixels[(right * channels) + c]) = (pixels[(right * channels) + c], pixels[(left * channels) + c]);
        }
    }
}
