using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The names by which a model's weights are chosen: <c>ema</c>, <c>raw</c>, and those of its further averages.</summary>
public static class ModelWeights
{
    /// <summary>The average that every run keeps.</summary>
    public const string Average = "ema";

    /// <summary>The weights of the last step.</summary>
    public const string Raw = "raw";

    // Beyond it a name is no name; beyond it averages are a slip.
    private const int LongestName = 40, MostAverages = 16;

    private static readonly string[] Reserved = [Average, Raw, "last"];

    /// <summary>The names that a run's models have.</summary>
    /// <param name="config">The run's.</param>
    public static IReadOnlyList<string> Of(RunConfig config) => [Average, Raw, .. config.MoreEmaInOrder().Select(e => e.Name)];

    /// <summary>Checks that a run's models have weights of a name.</summary>
    /// <param name="config">The run's.</param>
    /// <param name="name">The name that was asked for, lower case.</param>
    /// <exception cref="UnknownWeightsException">They have not; the message lists those they have.</exception>
    public static void Require(RunConfig config, string name)
    {
        if (!Of(config).Contains(name))
            throw new UnknownWeightsException(DidYouMean.Unknown(name, Of(config), $"this run has {string.Join(", ", Of(config))}"));
    }

    /// <summary>Checks the names and settings of averages.</summary>
    /// <exception cref="ArgumentException">One clear line.</exception>
    internal static void Check(IReadOnlyDictionary<string, EmaOptions>? averages)
    {
        if (averages is null) return;
        if (averages.Count > MostAverages) throw new ArgumentException($"moreEma: at most {MostAverages} averages are expected, {averages.Count} were given.");
        foreach (var (name, options) in averages)
        {
            if (name.Length is 0 or > LongestName || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                throw new ArgumentException($"moreEma: a name is 1 to {LongestName} of a-z, 0-9 and -, '{name}' was given.");
            if (Reserved.Contains(name)) throw new ArgumentException($"moreEma: the name '{name}' is taken; choose another.");
            if (options is null) throw new ArgumentException($"moreEma.{name}: an object {{...}} is expected, null was given.");
            try
            {
                options.Validate();
            }
            catch (ArgumentException error)
            {
                throw new ArgumentException($"moreEma.{name}: {error.Message}", error);
            }
        }
    }
}
