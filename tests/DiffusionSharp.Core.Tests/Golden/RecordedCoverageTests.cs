using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>What was recorded of schedules and samplers, and who replays it: nothing lies there unread.</summary>
public sealed class RecordedCoverageTests
{
    private static readonly string[] Folders = ["schedules", "trajectories", "trajectories/f64", "trajectories/stock", "kdiffusion"];

    private static readonly (string File, Type[] Readers)[] Replayed =
    [
        ("schedules/schedules_f64", [typeof(RecordedScheduleTests), typeof(RecordedGrids)]),
        ("schedules/schedules_stock", [typeof(RecordedScheduleTests), typeof(RecordedGrids)]),
        ("schedules/forward_f64", [typeof(RecordedForwardTests)]),
        ("schedules/forward_stock", [typeof(RecordedForwardTests)]),
        ("trajectories/common", [typeof(RecordedTrajectoryTests), typeof(RecordedOneStepTests), typeof(RecordedMultistepTests), typeof(RecordedDpmSolverTests), typeof(RecordedConsistencyTests), typeof(RecordedInversionTests), typeof(RecordedScoreSdeTests)]),
        ("trajectories/f64/cm", [typeof(RecordedConsistencyTests)]),
        ("trajectories/f64/ddim", [typeof(RecordedTrajectoryTests)]),
        ("trajectories/f64/ddim_inverse", [typeof(RecordedInversionTests)]),
        ("trajectories/f64/ddpm", [typeof(RecordedTrajectoryTests)]),
        ("trajectories/f64/deis", [typeof(RecordedMultistepTests)]),
        ("trajectories/f64/dpm_multi", [typeof(RecordedDpmSolverTests)]),
        ("trajectories/f64/dpm_multi_inverse", [typeof(RecordedDpmSolverTests)]),
        ("trajectories/f64/dpm_sde", [typeof(RecordedDpmSolverTests)]),
        ("trajectories/f64/dpm_single", [typeof(RecordedDpmSolverTests)]),
        ("trajectories/f64/edm_dpm_multi", [typeof(RecordedDpmSolverTests)]),
        ("trajectories/f64/edm_euler", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/euler", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/euler_ancestral", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/flow_euler", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/flow_heun", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/heun", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/ipndm", [typeof(RecordedMultistepTests)]),
        ("trajectories/f64/kdpm2", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/kdpm2_ancestral", [typeof(RecordedOneStepTests)]),
        ("trajectories/f64/lcm", [typeof(RecordedConsistencyTests)]),
        ("trajectories/f64/lms", [typeof(RecordedMultistepTests)]),
        ("trajectories/f64/pndm", [typeof(RecordedMultistepTests)]),
        ("trajectories/f64/sasolver", [typeof(RecordedMultistepTests)]),
        ("trajectories/f64/sde_ve", [typeof(RecordedScoreSdeTests)]),
        ("trajectories/f64/tcd", [typeof(RecordedConsistencyTests)]),
        ("trajectories/f64/unipc", [typeof(RecordedMultistepTests)]),
        ("trajectories/stock/ddim", [typeof(RecordedTrajectoryTests)]),
        ("trajectories/stock/ddpm", [typeof(RecordedTrajectoryTests)]),
        ("trajectories/stock/sde_ve", [typeof(RecordedScoreSdeTests)]),
        ("trajectories/stock/unipc", [typeof(RecordedMultistepTests)]),
        ("kdiffusion/samplers", [typeof(RecordedKDiffusionOneStepTests), typeof(RecordedKDiffusionDpmTests), typeof(RecordedKDiffusionGridTests), typeof(RecordedMultistepTests)]),
    ];

    [Fact]
    public void Every_recorded_file_is_replayed_by_a_named_test()
    {
        var root = SharedFolder.Require("golden");
        var recorded = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.safetensors").Select(f => $"{folder}/{Path.GetFileNameWithoutExtension(f)}"));
        Assert.Equal(recorded.Order(StringComparer.Ordinal), Replayed.Select(r => r.File).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_that_is_said_to_replay_a_file_names_it_in_its_source()
    {
        foreach (var (file, readers) in Replayed)
        {
            Assert.NotEmpty(readers);
            var parts = file.Split('/');
            foreach (var reader in readers)
            {
                var source = File.ReadAllText(Path.Combine(SharedFolder.Repository, "tests", "DiffusionSharp.Core.Tests", "Golden", $"{reader.Name}.cs"));
                Assert.True(source.Contains($"\"{parts[^1]}\"", StringComparison.Ordinal), $"{reader.Name} does not name {file}.");
                Assert.True(parts.Length < 3 || source.Contains($"\"{parts[1]}\"", StringComparison.Ordinal), $"{reader.Name} does not name the edition of {file}.");
            }
        }
    }
}
