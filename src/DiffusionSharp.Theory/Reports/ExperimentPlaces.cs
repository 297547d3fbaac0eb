using System.Globalization;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Reports;

/// <summary>Where an experiment's code and its page stand in the repository.</summary>
public static class ExperimentPlaces
{
    /// <summary>The file of its code.</summary>
    public static string Code(Experiment experiment) => $"src/DiffusionSharp.Theory/Experiments/{experiment.GetType().Name}.cs";

    /// <summary>The page of the course that derives it.</summary>
    /// <exception cref="ArgumentException">The experiment is not in the catalog.</exception>
    public static string Page(Experiment experiment)
    {
        var place = ExperimentCatalog.All.Index().FirstOrDefault(e => e.Item.Name == experiment.Name);
        if (place.Item is null) throw new ArgumentException($"{experiment.Name} is not in the catalog and has no page.", nameof(experiment));
        return string.Create(CultureInfo.InvariantCulture, $"docs/theory/{place.Index + 1:00}-{experiment.Name}.md");
    }
}
