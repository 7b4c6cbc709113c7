using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>A folder or zip of pictures as one source, every picture scored: by name in natural order, or by a time in the names.</summary>
[Part("image-folder", "Folder of pictures", "Scores every picture of a folder or zip as one source, ordered by name or by a time in the names.")]
public sealed class ImageFolderSampler(ImageFolderSamplerOptions options) : ISampler, IOrdersFolder
{
    /// <inheritdoc/>
    public FolderOrder FolderOrder { get; } = new(options.Recursive, options.TimePattern, options.TimeUnit, options.FramesPerSecond);

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => new DecodePlan.EveryFrame();

    /// <inheritdoc/>
    public Task<DecodePlan> PlanAsync(MediaInfo media, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        return media.Kind is MediaKind.Folder or MediaKind.Still
            ? Task.FromResult(Plan(media))
            : throw new VettingException(FailureCode.InvalidRequest, $"{media.File.DisplayName} is no folder or zip of pictures; choose another sampler for it, e.g. 'interval'.");
    }
}

/// <summary>Options of <see cref="ImageFolderSampler"/>.</summary>
public sealed record ImageFolderSamplerOptions : IValidatableObject
{
    /// <summary>Whether pictures in folders below count.</summary>
    [Display(Name = "Folders below", Description = "Take pictures in folders below, too.")]
    public bool Recursive { get; init; }

    /// <summary>Regular expression on file names; empty = order of names.</summary>
    [Display(Name = "Time in names", Description = "Regular expression whose group 'time', or first group, is the time of a picture, e.g. t(\\d+\\.\\d+); empty = by name, one second apart.")]
    public string TimePattern { get; init; } = "";

    /// <summary>What the number in a name means.</summary>
    [Display(Name = "Unit of time", Description = "What the number found in a name means.")]
    public FolderTimeUnit TimeUnit { get; init; } = FolderTimeUnit.Seconds;

    /// <summary>Rate for times given as numbers of frames, Hz.</summary>
    [Display(Name = "Frames per second", Description = "Turns numbers of frames into seconds; only for that unit.")]
    [Range(0.001, 1000.0)]
    public double FramesPerSecond { get; init; } = 25;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? fault = null;
        try
        {
            _ = FolderTimes.Expression(TimePattern);
        }
        catch (NotSupportedException)
        {
            fault = "timePattern may not look around or refer back";
        }
        catch (ArgumentException e)
        {
            fault = $"timePattern is no regular expression: {e.Message}";
        }

        if (fault is not null)
        {
            yield return new ValidationResult(fault);
        }
    }
}
