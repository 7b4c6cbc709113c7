using Framevet.Pipeline.Ingest;

namespace Framevet.Pipeline.Probe;

/// <summary>Reads the facts of a file without decoding pictures.</summary>
public interface IMediaProbe
{
    /// <summary>Checks the header against the limits, then probes.</summary>
    /// <exception cref="VettingException">SourceUnavailable, SourceTooLarge, SourceRefused or UnsupportedMedia, naming file and cause.</exception>
    Task<MediaInfo> ProbeAsync(SourceFile file, CancellationToken ct);
}
