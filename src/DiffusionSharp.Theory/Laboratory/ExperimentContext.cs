using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Laboratory;

/// <summary>What an experiment is run with.</summary>
/// <param name="Seed">Of all its chance; the same seed gives the same bytes.</param>
/// <param name="Quick">Whether smaller sizes are to do: less sharp, held to the wider tolerances that follow from them.</param>
/// <param name="Executor">What networks run on, with the threads that all of it may use; results do not depend on how many.</param>
/// <param name="Stop">Ends it early, with nothing written.</param>
public sealed record ExperimentContext(ulong Seed, bool Quick, Executor Executor, CancellationToken Stop = default)
{
    /// <summary>Runs on this machine's processor.</summary>
    /// <param name="Seed">Of all its chance; the same seed gives the same bytes.</param>
    /// <param name="Quick">Whether smaller sizes are to do.</param>
    /// <param name="Parallelism">The threads it may use; results do not depend on how many.</param>
    /// <param name="Stop">Ends it early, with nothing written.</param>
    public ExperimentContext(ulong Seed, bool Quick, Parallelism Parallelism, CancellationToken Stop = default)
        : this(Seed, Quick, Executors.Cpu(Parallelism), Stop)
    {
    }

    /// <summary>The executor's threads, for work that is no network's.</summary>
    public Parallelism Parallelism => Executor.Parallelism;

    /// <summary>Pictures for the experiments that show some; null lets them show the built-in digits.</summary>
    public DataSource? Pictures { get; init; }

    /// <summary>One of two sizes.</summary>
    /// <param name="full">The size of a full run.</param>
    /// <param name="quick">The size of a quick one.</param>
    public int Size(int full, int quick) => Quick ? quick : full;
}
