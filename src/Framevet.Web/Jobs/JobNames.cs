using Framevet.Pipeline.Runs;
using Quartz;

namespace Framevet.Web.Jobs;

/// <summary>Keys and groups in the job store: the key of a job is the id of the row that it works on.</summary>
internal static class JobNames
{
    /// <summary>Execution group limited by <see cref="JobsOptions.CpuSlots"/>.</summary>
    public const string CpuGroup = "cpu";

    /// <summary>Execution group limited by <see cref="JobsOptions.IoSlots"/>.</summary>
    public const string IoGroup = "io";

    /// <summary>Execution group limited by <see cref="JobsOptions.GpuSlots"/>: runs whose recipe opens models, while a node takes it.</summary>
    public const string GpuGroup = "gpu";

    public static JobKey Vet(RunId id) => new(id.ToString(), "vet");

    public static JobKey Segment(RunId id, int number) => new($"{id}-{number}", "segment");

    public static JobKey Export(Guid id) => new(id.ToString("N"), "export");
}
