namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>
/// Writes a network down layer by layer, each on the one before unless <see cref="From"/> says otherwise. Layers without a name are called
/// conv1, conv2, pool1… as they come. Without <see cref="Block"/>, each convolution starts a block of its own name.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly string architecture;
    private Initializer initializer;
    private readonly List<Layer> layers = [];
    private readonly Dictionary<string, Layer> byName = [];
    private readonly Dictionary<string, int> named = [];
    private string? block;
    private bool inHead;

    internal NetworkBuilder(string architecture, LayerShape image, Initializer initializer)
    {
        this.architecture = architecture;
        this.initializer = initializer;
        Last = "input";
        Add(new Input(image), "input", []);
    }

    /// <summary>Name of the layer that the next one stands on.</summary>
    public string Last { get; private set; }

    /// <summary>The next layers freeze and thaw together under this name.</summary>
    public NetworkBuilder Block(string name)
    {
        block = name;
        return this;
    }

    /// <summary>The next layer stands on this one.</summary>
    public NetworkBuilder From(string layer)
    {
        Last = byName[layer].Name;
        return this;
    }

    /// <summary>A convolution of <paramref name="kernel"/> × <paramref name="kernel"/> with Glorot or He start, as the architecture says.</summary>
    public NetworkBuilder Conv(int filters, int kernel, Padding padding = Padding.Valid, int stride = 1, bool bias = true, string? name = null) =>
        Add(new Conv2D(filters, kernel, stride, padding, bias, initializer), name ?? Number("conv"));

    /// <summary>ReLU as the activation of the convolution or dense layer before, or as a layer of its own when it has a name.</summary>
    public NetworkBuilder Relu(string? name = null)
    {
        if (name is not null) return Add(new Relu(), name);
        var layer = layers[^1];
        var activated = layer with
        {
            Op = layer.Op switch
            {
                Conv2D conv => conv with { Activation = Activation.Relu },
                Dense dense => dense with { Activation = Activation.Relu },
                _ => throw new InvalidOperationException($"{layer.Name} takes no activation: give the ReLU a name to make it a layer."),
            },
        };
        layers[^1] = byName[layer.Name] = activated;
        return this;
    }

    /// <summary>Batch normalisation; Keras' defaults.</summary>
    public NetworkBuilder BatchNorm(string name, double epsilon = 1e-3, double momentum = 0.99) => Add(new BatchNorm(epsilon, momentum), name);

    /// <summary>A layer of zeros around the map.</summary>
    public NetworkBuilder ZeroPad(int pixels, string name) => Add(new ZeroPad(pixels), name);

    /// <summary>Max pool; the stride is the pool's size unless given.</summary>
    public NetworkBuilder MaxPool(int pool, int? stride = null, string? name = null) => Add(new MaxPool(pool, stride ?? pool), name ?? Number("pool"));

    /// <summary>Average pool; the stride is the pool's size.</summary>
    public NetworkBuilder AvgPool(int pool, string name) => Add(new AvgPool(pool, pool), name);

    /// <summary>Mean over the map.</summary>
    public NetworkBuilder GlobalAvgPool(string name = "global_pool") => Add(new GlobalAvgPool(), name);

    /// <summary>Every n-th row and column.</summary>
    public NetworkBuilder Subsample(int stride, string name) => Add(new Subsample(stride), name);

    /// <summary>Map to vector, row, column, channel.</summary>
    public NetworkBuilder Flatten() => Add(new Flatten(), "flatten");

    /// <summary>Sum of these layers.</summary>
    public NetworkBuilder Sum(string name, params string[] inputs) => Add(new Add(), name, inputs);

    /// <summary>These layers, one behind the other by channel.</summary>
    public NetworkBuilder Concat(string name, params string[] inputs) => Add(new Concat(), name, inputs);

    internal NetworkGraph Finish(Action<NetworkBuilder> pooling, IReadOnlyList<int> hidden, double dropout, Output output)
    {
        (inHead, block, initializer) = (true, "head", output.Initializer);
        pooling(this);
        foreach (var units in hidden)
        {
            Add(new Dense(units, initializer), Number("dense")).Relu();
            if (dropout > 0) Add(new Dropout(dropout), hidden.Count == 1 ? "dropout" : Number("dropout"));
        }
        if (hidden.Count == 0 && dropout > 0) Add(new Dropout(dropout), "dropout");
        Add(output, "output");
        return new(architecture, layers);
    }

    private string Number(string kind) => kind + (named[kind] = named.GetValueOrDefault(kind) + 1);

    private NetworkBuilder Add(LayerOp op, string name) => Add(op, name, [Last]);

    private NetworkBuilder Add(LayerOp op, string name, string[] inputs)
    {
        LayerShape[] shapes = [.. inputs.Select(i => byName[i].Shape)];
        LayerShape shape;
        try
        {
            shape = op.Shape(shapes);
        }
        catch (Exception e) when (e is InvalidOperationException or OverflowException)
        {
            throw new SpecException("architecture.size", $"{architecture} can't work on {byName["input"].Shape} pixels: layer {name} {e.Message}. Use a larger image.");
        }
        var input = shapes.Length > 0 ? shapes[0] : shape;
        var layer = new Layer
        {
            Name = name,
            Op = op,
            Inputs = inputs,
            Block = block ?? (op is Conv2D or Input ? name : byName[Last].Block),
            IsHead = inHead,
            Shape = shape,
            Parameters = op.Parameters(input),
            Statistics = op.Statistics(input),
            Macs = op.Macs(input, shape),
        };
        layers.Add(layer);
        byName.Add(name, layer);
        Last = name;
        return this;
    }
}
