using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Tests;

/// <summary>Schedules by the names that the command line has for them.</summary>
internal static class Kinds
{
    public static ScheduleConfig Of(string name) => ScheduleCatalog.All.Single(e => e.Name == name).Default;
}
