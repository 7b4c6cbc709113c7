using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Sampling;

/// <summary>Chooses which frames deserve a score. Built fresh for each run; may hold state.</summary>
public interface ISampler
{
    /// <summary>What the decoder shall deliver for this file.</summary>
    DecodePlan Plan(MediaInfo media);

    /// <summary>The same for samplers that must read something first, e.g. subtitles. Asked once, before decoding.</summary>
    /// <exception cref="VettingException">What the sampler needs is not there, or does not fit the file.</exception>
    Task<DecodePlan> PlanAsync(MediaInfo media, CancellationToken ct) => Task.FromResult(Plan(media));

    /// <summary>
    /// Whether answers depend on more than the frame and the one before it. An interrupted run then begins anew (with the same outcome) instead of going on after its
    /// last stored frame.
    /// </summary>
    bool Remembers => false;

    /// <summary>Whether <see cref="Keep"/> takes every frame, so that work on delivered frames is never in vain.</summary>
    bool KeepsAll => true;

    /// <summary>Content-aware remainder, asked once per delivered frame in order.</summary>
    bool Keep(in Frame frame) => true;
}

/// <summary>
/// A sampler that decides about a frame only after later ones, e.g. the best of each bucket. It keeps copies (see <see cref="FrameCopy"/>) of the few frames still open, and gives
/// them away in rising order of PTS.
/// </summary>
public interface IHoldingSampler : ISampler, IDisposable
{
    /// <inheritdoc/>
    bool ISampler.Remembers => true;

    /// <inheritdoc/>
    bool ISampler.KeepsAll => false;

    /// <summary>Looks at the next delivered frame (borrowed) and gives those away that are decided now.</summary>
    void Offer(in Frame frame, SampleSink give);

    /// <summary>After the last frame: gives the rest away.</summary>
    void Complete(SampleSink give);
}

/// <summary>Takes a sampled frame; its pixels are copied during the call.</summary>
public delegate void SampleSink(in Frame frame);
