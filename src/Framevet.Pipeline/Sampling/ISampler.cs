using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Sampling;

/// <summary>Chooses which frames deserve a score. Built fresh for each run; may hold state.</summary>
public interface ISampler
{
    /// <summary>What the decoder shall deliver for this file.</summary>
    DecodePlan Plan(MediaInfo media);

    /// <summary>Content-aware remainder, asked once per delivered frame in order.</summary>
    bool Keep(in Frame frame) => true;
}
