namespace DiffusionSharp.Bench.Pictures;

/// <summary>What the study is asked for.</summary>
/// <param name="Data">A labelled picture source with a test part: MNIST's folder.</param>
/// <param name="Out">Where runs, samples and results go.</param>
/// <param name="Minutes">Wall time of a training at the median pace of all models; from it come the steps, which are the same for all.</param>
/// <param name="Report">The folder of the page; null writes none.</param>
/// <param name="Phases">Which, in the order they run.</param>
/// <param name="Only">Names of models; null: all.</param>
/// <param name="Threads">Of everything.</param>
/// <param name="Count">Samples of each row, and test pictures they are compared with.</param>
internal sealed record StudyOptions(string Data, string Out, double Minutes, string? Report, IReadOnlyList<string> Phases, IReadOnlyList<string>? Only, int Threads, int Count)
{
    /// <summary>Of samples, of the choice of test pictures, and of everything else random.</summary>
    public const ulong Seed = 1;

    /// <summary>Samples at a time.</summary>
    public const int Batch = 32;

    /// <summary>Network calls a sample may cost.</summary>
    public static IReadOnlyList<int> Budgets { get; } = [50, 250];

    /// <summary>Seconds that the pace of each model is measured for: 20 for trainings of 8 minutes.</summary>
    public double PaceSeconds => Math.Clamp(2.5 * Minutes, 2, 20);

    /// <summary>Seconds that the likelihood of each model is measured for at most, beyond its first batch.</summary>
    public double LikelihoodSeconds => Math.Clamp(2.5 * Minutes, 3, 20);
}
