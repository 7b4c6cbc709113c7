using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Models;

/// <summary>The form that describes and sends a model of one's own.</summary>
public sealed partial class AddModel : ComponentBase
{
    private static readonly (string Head, string Text)[] Heads =
    [
        ("scalar", "one number"), ("distribution-10", "ten probabilities of the ratings 1 to 10"), ("labels", "a probability per label"), ("boxes", "boxes with labels"),
        ("mask", "a probability per pixel"), ("embedding", "a vector"), ("landmarks", "points"),
    ];

    private DotNetObjectReference<AddModel>? _self;
    private IJSObjectReference? _module;
    private ElementReference _file;
    private string _id = "";
    private string _title = "";
    private string _licence = "";
    private string _head = "scalar";
    private string _labels = "";
    private ModelTask _task;
    private BoxFormat _format;
    private ModelActivation _activation;
    private ModelLayout _layout;
    private ModelChannels _channels;
    private Normalisation _normal;
    private ModelFit _fit;
    private ModelResampler _resampler = ModelResampler.Bilinear;
    private int? _length;
    private double _min;
    private double _max = 1;
    private int _width = 224;
    private int _height = 224;
    private bool _isSending;
    private double? _fraction;
    private string? _trouble;

    /// <summary>The model is in the catalogue; its id.</summary>
    [Parameter]
    public EventCallback<string> OnAdded { get; set; }

    /// <summary>The user thought better of it.</summary>
    [Parameter]
    public EventCallback OnLeave { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <summary>News from models.js.</summary>
    [JSInvokable]
    public void OnProgress(double fraction)
    {
        _fraction = fraction;
        StateHasChanged();
    }

    private async Task SendAsync()
    {
        (_trouble, _isSending, _fraction) = (null, true, 0);
        _self ??= DotNetObjectReference.Create(this);
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/models.js");
        _trouble = await _module.InvokeAsync<string?>("send", $"{WebPaths.Api}/models", _file, JsonSerializer.Serialize(Described(), PipelineJson.Options), _self);
        _isSending = false;
        if (_trouble is null)
        {
            await OnAdded.InvokeAsync(_id.Trim());
        }
    }

    private OwnModel Described() => new()
    {
        Id = _id.Trim(),
        Title = _title,
        Licence = _licence,
        Task = _task,
        Head = _head,
        Labels = [.. _labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        Format = _head == "boxes" ? _format : null,
        Length = _length,
        Min = _min,
        Max = _max,
        Activation = _activation,
        Width = _width > 0 ? _width : null,
        Height = _height > 0 ? _height : null,
        Layout = _layout,
        Channels = _channels,
        Normalisation = _normal,
        Fit = _fit,
        Resampler = _resampler,
    };

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the browser is gone
        }

        _self?.Dispose();
    }
}
