using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Tools;

/// <summary>How models are run on this machine (deployment, not a user's choice).</summary>
public sealed record InferenceOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Inference";

    /// <summary>
    /// What computes: <c>auto</c> = a CUDA card where there is one that works, else the processor; <c>cuda</c> = the same, and runs warn when it is not used;
    /// <c>cpu</c> = the processor. A card needs a build with <c>OnnxRuntime=gpu</c>.
    /// </summary>
    [Required]
    [AllowedValues("auto", "cuda", "cpu")]
    public string Provider { get; init; } = "auto";

    /// <summary>Number of the CUDA card, from 0.</summary>
    [Range(0, 63)]
    public int CudaDevice { get; init; }

    /// <summary>Processors that compute one model at a time, each some frames of its own; 0 = all processors of a small machine, three quarters of a large one, so that decoding keeps some.</summary>
    [Range(0, 256)]
    public int Threads { get; init; }

    /// <summary>Frames that go through a model at once, at most. Fewer when memory is short, and on the processor, whose caches hold the numbers of few.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; init; } = 16;

    internal int ThreadsOrDefault => Threads > 0 ? Threads : DefaultThreads(Environment.ProcessorCount);

    /// <summary>All of up to four processors, then three quarters.</summary>
    internal static int DefaultThreads(int processors) => processors <= 4 ? Math.Max(1, processors) : processors * 3 / 4;
}
